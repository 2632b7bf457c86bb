// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.runtime.script;

import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The functions by which an instance's first shell runs tasks. */
final class TaskScript {
  /** A task's own log keeps its first part; the instance's output has the rest too. */
  private static final int LOG_BLOCKS = 16 * 1024 * 2;

  /**
   * What a task's shell is told: it reads one part after the other, each by itself. One that exits
   * early ends no more than itself, since the rest then goes on in a copy of the shell. None begins
   * when the main process is gone, for then all were told to end, but perhaps before this one was.
   */
  private static final String RUNNER =
      """
      atelier_main=$1 atelier_state=$2 atelier_begun=$3 atelier_total=$(($# - 3))
      shift 3
      atelier_1=${1-} atelier_2=${2-} atelier_3=${3-}
      shift "$#"
      atelier_line='

      '
      atelier_go='
      %s'
      atelier_ended='
        atelier_code=$?
        trap - EXIT
        set +e
        if [ "$atelier_code" -eq 0 ] && [ "$atelier_begun" -lt "$atelier_total" ]; then
          trap : HUP INT QUIT TERM
          (trap "$atelier_ended" EXIT; eval "$atelier_go")
          exit "$?"
        fi
        exit "$atelier_code"'
      trap "$atelier_ended" EXIT
      eval "$atelier_go"
      """
          .formatted(
              IntStream.rangeClosed(1, TaskList.MOST_PARTS)
                  .mapToObj(
                      part ->
                          """
                          if [ "$atelier_begun" -lt %1$d ] && [ "$atelier_total" -ge %1$d ]; then
                            command kill -0 "$atelier_main" 2>/dev/null || exit 143
                            atelier_begun=%1$d
                            echo "%1$d $$" >|"$atelier_state"
                            eval "$atelier_%1$d$atelier_line"
                            atelier_code=$?
                            set +e
                            [ "$atelier_code" -eq 0 ] || exit "$atelier_code"
                          fi
                          """
                              .formatted(part))
                  .collect(Collectors.joining()));

  /**
   * {@code carried NUMBER NAME PART...} runs a task and carries its output; {@code gather NUMBER}
   * adds what came of it to {@code result}. {@code headless} is the folder of the prebuild's logs;
   * empty: somebody works here.
   *
   * <p>To be called in the foreground, as members of a pipeline that nothing flows through: what a
   * shell starts in the background ignores INT for good. Whoever is told to end does so at once,
   * but for those who carry output: these end when nobody is left who writes.
   */
  static final String FUNCTIONS =
      """
      runner=%1$s
      shell=$(command -v bash || command -v sh)
      setsid=$(command -v setsid)
      env=$(command -v env)
      logs=${ATELIER_LOGS:-$HOME/.atelier}
      mkdir -p "$logs" ${headless:+"$headless"}
      # What the instance writes to, also where output is redirected.
      exec 3>&1
      carried() (
        number=$1
        shift
        rm -f "$logs/task-$number.carrier" "$logs/task-$number.part" "$logs/task-$number.status"
        { task "$@" | carry; } </dev/null >/dev/null 2>&1
      )
      carry() (
        trap '' HUP INT QUIT TERM XFSZ
        read -r self rest </proc/self/stat
        echo "$self" >"$logs/task-$number.carrier"
        ulimit -f %2$d
        exec tee "$logs/task-$number.log" ${headless:+"$headless/prebuild-log-$number"} >&3 3>&-
      )
      task() (
        name=$1 begun=0 code=0 groups=
        shift
        while [ "$code" -eq 0 ] && [ "$begun" -lt "$#" ]; do
          before=$begun
          shell "$@"
          code=$?
          read -r begun group <"$logs/task-$number.part" || break
          groups="$groups $group"
          [ "$begun" -gt "$before" ] || break
        done
        if [ -n "$headless" ]; then
          for group in $groups; do
            [ "$group" -gt 1 ] && kill -KILL "-$group"
          done
        fi
        [ "$code" -eq 0 ] || printf 'task %%s %%s ended with exit code %%s\\n' "$number" "$name" "$code"
        echo "$code" >"$logs/task-$number.status"
        exec >/dev/null
        [ -z "$headless" ] || release
      )
      # Becomes the shell of a task, which alone sees what its user has set.
      shell() (
        exec 2>&1 3>&-
        set -- "environment_$number" "$env" "$setsid" \
          "$shell" -c "$runner" "$shell" "$$" "$logs/task-$number.part" "$begun" "$@"
        environment
        "$1"
        shift
        become "$@"
      )
      # What left its task's group may hold the output open, and is not waited for.
      release() {
        carrier= patience=20
        while [ -z "$carrier" ] || kill -0 "$carrier"; do
          [ -n "$carrier" ] || read -r carrier <"$logs/task-$number.carrier"
          sleep 0.1 || sleep 1
          patience=$((patience - 1))
          if [ "$patience" -le 0 ]; then
            kill -KILL "$carrier"
            break
          fi
        done
      }
      gather() {
        read -r code <"$logs/task-$1.status" || code=1
        [ "$result" -ne 0 ] || result=$code
      }
      """
          .formatted(Shell.quoted(RUNNER), LOG_BLOCKS);

  private TaskScript() {}
}
