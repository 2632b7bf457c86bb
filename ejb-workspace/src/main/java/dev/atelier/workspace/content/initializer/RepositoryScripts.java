// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.content.initializer;

/**
 * Shell scripts that read a repository which somebody else could write, without git: all of it is
 * data. What they read are regular files of a bounded size inside of the workspace, never a pipe;
 * where a link leads out they fail.
 */
final class RepositoryScripts {
  /** The git directory of our own, where a workspace never reaches. */
  static final String OWN = "own=$HOME/.atelier-status\n";

  /**
   * {@code data FROM TO BYTES} copies a file, and answers 1 when there is none. {@code repository}
   * finds the one of the current folder: {@code git} is its folder, {@code common} what it shares
   * with other work trees.
   */
  private static final String READING =
      """
      root=$(realpath -e -- "$1") || exit 1
      fault() { printf '%s\\n' "$1" >&2; exit 1; }
      none() { fault 'not a git repository'; }
      inside() {
        case $1/ in "$root"/*) ;; *) fault "the repository leads out of the workspace" ;; esac
      }
      data() {
        from=$(realpath -e -- "$1" 2>/dev/null) || return 1
        inside "$from"
        test -f "$from" || fault "the repository's ${1##*/} is no ordinary file"
        test "$(stat -c %s -- "$from")" -le "$3" || fault "the repository's ${1##*/} is too large"
        dd if="$from" of="$2" iflag=nofollow,nonblock,fullblock,count_bytes bs=64K count="$3" \\
          status=none || exit 1
      }
      repository() {
        inside "$(pwd -P)"
        git=$(realpath -e -- .git 2>/dev/null) || none
        inside "$git"
        if test -f "$git"; then
          data .git "$own/link" 4096
          git=$(realpath -e -- "$(sed -n '1s/^gitdir: *//p' "$own/link")" 2>/dev/null) || none
          inside "$git"
        fi
        test -d "$git" || none
        common=$git
        if data "$git/commondir" "$own/link" 4096; then
          common=$(cd -- "$git" && realpath -e -- "$(cat "$own/link")" 2>/dev/null) || none
          inside "$common"
        fi
      }
      """;

  /** Links the objects of a folder, and of those that it names in turn. */
  private static final String OBJECTS =
      """
      store() (
        real=$(realpath -e -- "$1" 2>/dev/null) || fault "the repository's objects are not whole"
        inside "$real"
        ! grep -qxF -- "$real" "$own/seen" || exit 0
        printf '%s\\n' "$real" >>"$own/seen"
        count=$(grep -c '' "$own/seen")
        test "$count" -le 16 || fault "the repository's objects lie in too many folders"
        to=$own/objects
        if test "$count" -gt 1; then
          to=$own/objects-$count
          mkdir "$to"
          printf '%s\\n' "$to" >>"$own/objects/info/alternates"
        fi
        find "$real" -mindepth 1 -maxdepth 1 -type d \\
          \\( -name pack -o -name '[0-9a-f][0-9a-f]' \\) -exec ln -s -t "$to" -- {} + || exit 1
        odd=$(find -H "$to"/* -maxdepth 1 ! -type f ! -type d -print -quit 2>/dev/null)
        test -z "$odd" || fault "the repository's object ${odd##*/} is no ordinary file"
        data "$real/info/alternates" "$own/alternates-$count" 65536 || exit 0
        grep -v '^#' "$own/alternates-$count" | while IFS= read -r next; do
          test -z "$next" || (cd -- "$real" && store "$next") || exit 1
        done
      )
      """;

  /** Takes over what bears on a status, if it has a value that is known to be harmless. */
  private static final String SETTINGS =
      """
      ask() {
        value=$(git --git-dir=/dev/null config --file "$own/theirs" "$@")
        case $? in 0) ;; 1) return 1 ;; *) fault "the repository's configuration is damaged" ;; esac
      }
      keep() { git --git-dir=/dev/null config --file "$own/config" "$1" "$2" || exit 1; }
      choose() {
        key=$1
        ask --get "$key" || return 0
        shift
        for known; do
          test "$value" != "$known" || keep "$key" "$value"
        done
      }
      : >"$own/theirs"
      if data "$common/config" "$own/part" 1048576; then
        cat "$own/part" >>"$own/theirs"
        echo >>"$own/theirs"
      fi
      if data "$git/config.worktree" "$own/part" 1048576; then
        cat "$own/part" >>"$own/theirs"
      fi
      cat >"$own/config"
      for key in core.fileMode core.symlinks core.ignoreCase core.trustCTime \\
          core.sparseCheckout core.sparseCheckoutCone index.sparse; do
        ! ask --type=bool --get "$key" || keep "$key" "$value"
      done
      if ask --get core.autocrlf; then
        test "$value" = input || ask --type=bool --get core.autocrlf || exit 1
        keep core.autocrlf "$value"
      fi
      choose core.eol lf crlf native
      choose core.checkStat default minimal
      choose core.abbrev auto no 4 5 6 7 8 9 10 11 12 13 14 15 16 20 24 32 40 64
      ! ask --get filter.lfs.clean && ! ask --get filter.lfs.process ||
        keep filter.lfs.clean 'sh "$GIT_DIR/lfs-clean" %f'
      format=sha1
      if ask --get extensions.objectFormat; then
        case $value in sha1 | sha256) format=$value ;; *) fault "unknown kind of repository" ;; esac
        keep extensions.objectFormat "$format"
      fi
      if ask --get extensions.refStorage && test "$value" != files; then
        fault "unknown kind of repository"
      fi
      """;

  /** Makes the pointer of a large file as Git LFS does, without its configuration. */
  private static final String LFS_CLEAN =
      """
      cat >"$own/lfs-clean" <<'END'
      cat >/dev/null
      file=./$1
      version='version https://git-lfs.github.com/spec/v1'
      size=$(stat -c %s "$file")
      if test "$size" -lt 1024 && test "$(head -n 1 "$file" | tr -d '\\0')" = "$version"; then
        exec cat "$file"
      fi
      sum=$(sha256sum <"$file" | cut -d ' ' -f 1)
      printf '%s\\noid sha256:%s\\nsize %s\\n' "$version" "$sum" "$size"
      END
      """;

  /**
   * Makes the git directory of our own over the repository of the current folder, with the
   * configuration that it reads; writes the format of its objects. $1: the workspace folder.
   */
  static final String MAKE =
      OWN
          + """
          umask 077
          rm -rf -- "$own" && mkdir -p -- "$own/objects/info" "$own/refs" "$own/info" || exit 1
          : >"$own/seen"
          """
          + READING
          + OBJECTS
          + """
          repository
          data "$git/HEAD" "$own/HEAD" 4096 || none
          # Git looks into files that are as new as the index: its time has to be the same.
          ! data "$git/index" "$own/index" 1073741824 || touch -r "$from" -- "$own/index" || exit 1
          # The newest ones: git leaves old ones behind.
          (cd -- "$git" && ls -t | grep -xE 'sharedindex\\.[0-9a-f]{40,64}' | head -n 4) |
            while read -r shared; do
              data "$git/$shared" "$own/$shared" 1073741824
            done || exit 1
          data "$common/packed-refs" "$own/packed-refs" 268435456
          data "$common/shallow" "$own/shallow" 67108864
          data "$common/info/exclude" "$own/info/exclude" 1048576
          data "$common/info/attributes" "$own/info/attributes" 1048576
          data "$git/info/sparse-checkout" "$own/info/sparse-checkout" 16777216
          for refs in "$common/refs" "$git/refs"; do
            real=$(realpath -e -- "$refs" 2>/dev/null) || continue
            inside "$real"
            (cd -- "$real" && find . -type f -size -9 ! -name '*.lock' -print0 |
              tar --create --file=- --null --no-recursion --files-from=- |
              tar --extract --file=- --no-same-permissions --directory="$own/refs") || exit 1
          done
          store "$common/objects" || exit 1
          """
          + LFS_CLEAN
          + SETTINGS
          + "printf '%s' \"$format\"\n";

  /** The configuration that is read, before what is taken over. */
  static final String CONFIGURATION =
      """
      [core]
      \trepositoryFormatVersion = 1
      \tbare = false
      \thooksPath = /dev/null
      \tattributesFile = /dev/null
      \texcludesFile = /dev/null
      \tfsmonitor = false
      \tuntrackedCache = false
      \tcommitGraph = false
      \tmultiPackIndex = false
      [submodule]
      \trecurse = false
      """;

  /**
   * Below the current folder: each thing called .git but its own, and each pipe where git would
   * read a file, with p before it.
   */
  static final String NESTED =
      """
      find . -xdev -mindepth 1 -path ./.git -prune -o \\
        -name '.git*' \\( -type p -o -type l -xtype p \\) -printf 'p%P\\0' -o \\
        -name .git -printf 'r%P\\0' -prune
      """;

  /**
   * Of each folder that it reads, zero after each, the commit that its repository is at: nothing
   * when that cannot be told, {@code gone} when it is no folder. $1: the workspace folder.
   */
  static final String HEADS =
      OWN
          + """
          exec xargs -0 -r -n 1 sh -c 'own=$0; root=$1
          """
          + READING.replace("'", "'\\''")
          + """
          head() {
            repository
            data "$git/HEAD" "$own/head" 4096 || exit 1
            at=$(cat "$own/head")
            case $at in "ref: refs/"*) ;; *) printf %s "$at"; exit ;; esac
            name=${at#ref: }
            case /$name/ in */../*) exit 1 ;; esac
            if data "$common/$name" "$own/head" 4096; then
              printf %s "$(cat "$own/head")"
            elif data "$common/packed-refs" "$own/nested-refs" 268435456; then
              grep -F -- " $name" "$own/nested-refs" | while read -r commit ref; do
                test "$ref" != "$name" || printf %s "$commit"
              done
            fi
          }
          if test -d "./$2" && test ! -L "./$2"; then
            (cd -- "./$2" && head) 2>/dev/null
            printf "\\\\0"
          else
            printf "gone\\\\0"
          fi
          ' "$own" "$1"
          """;

  private RepositoryScripts() {}
}
