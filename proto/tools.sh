# Sourced by the scripts beside it. install_tools KIND installs what `versions` names for python, npm or go, once for
# each content of `versions`, below $tools.
tools="$PWD/target/tools-$(cksum < versions | tr -d ' ')"

versions_of() { awk -v kind="$1" -v join="$2" '$1 == kind { print $2 join $3 }' versions; }

install_tools() {
  [ -e "$tools/$1.installed" ] && return
  mkdir -p "$tools/$1"
  case "$1" in
    python)
      python3 -m venv "$tools/python"
      # shellcheck disable=SC2046
      "$tools/python/bin/pip" install -q --disable-pip-version-check $(versions_of pip ==)
      ;;
    npm)
      echo '{"private": true}' > "$tools/npm/package.json"
      # shellcheck disable=SC2046
      npm install --prefix "$tools/npm" --no-audit --no-fund --no-save --loglevel=error $(versions_of npm @)
      ;;
    go)
      versions_of go @ | while read -r package; do GOBIN="$tools/go/bin" go install "$package"; done
      ;;
  esac
  touch "$tools/$1.installed"
}
