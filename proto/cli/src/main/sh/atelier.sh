#!/bin/sh
# The command line client: this script, with the jar behind it. The first run, and the first with
# another Java or another build, makes a class-data archive, with which all others start in a
# fraction of the time. It lies in ATELIER_CACHE, else with the user's other caches; without a
# place to write to, everything works, only slower.
java=${JAVA_HOME:+$JAVA_HOME/bin/java}
java=${java:-$(command -v java)} || { echo "atelier: no java found; it needs 17 or later" >&2; exit 1; }
# Without a locale Java would have no letters but ASCII's in arguments and names of files.
case ${LC_ALL:-${LC_CTYPE:-${LANG:-}}} in '' | C | POSIX) export LC_ALL=C.UTF-8 ;; esac
cache=${ATELIER_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/atelier}
flags="-XX:TieredStopAtLevel=1 -XX:CompileThresholdScaling=5 -XX:+UseSerialGC -XX:-UsePerfData -Xshare:auto -Xlog:disable -Xlog:all=off"

key=$(ls -lLd "$0" "$java" 2>/dev/null | cksum)
archive=$cache/classes-${key%% *}.jsa
if [ ! -e "$archive" ] && mkdir -p "$cache" 2>/dev/null && [ -w "$cache" ]; then
  made=$cache/making-$$
  # Those of earlier builds, and what was cut short.
  find "$cache" \( -name 'classes-*.jsa' -mtime +30 -o -name 'making-*' -mtime +1 \) -exec rm -f {} + 2>/dev/null
  "$java" $flags -Xshare:off -XX:DumpLoadedClassList="$made.classes" -cp "$0" dev.atelier.cli.Training >/dev/null 2>&1 &&
    "$java" $flags -Xshare:dump -XX:SharedClassListFile="$made.classes" -XX:SharedArchiveFile="$made.jsa" -cp "$0" >/dev/null 2>&1 &&
    mv -f "$made.jsa" "$archive"
  rm -f "$made.classes" "$made.jsa"
fi
exec "$java" $flags -XX:SharedArchiveFile="$archive" -cp "$0" dev.atelier.cli.Main "$@"
