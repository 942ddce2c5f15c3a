# shellcheck shell=bash disable=SC2034 # the scripts that source this use the variables
# Sourced by all scripts: words, --help and --version. scripts/install puts it into share/ap, for those that it installs.

name=${0##*/}

say() { printf '%s: %s\n' "$name" "$*" >&2; }

# die CODE MESSAGE…: exit codes are those of sysexits.h.
die() {
  local code=$1
  shift
  say "$@"
  exit "$code"
}

# print_help: the comment at the head of the running script, without its marks, with the name that it was called by.
print_help() { sed -n '2,/^$/s/^# \{0,1\}//p' "$0" | sed "1s|^Usage: [a-z-]*\( .*\)\{0,1\}$|Usage: $name\1|"; }

help_if_asked() {
  local argument
  for argument; do
    case $argument in
      -h | --help)
        print_help
        exit 0
        ;;
      --) return ;;
    esac
  done
}

# find_filters: their folder as `binaries`. Installed, they are next to the script; in the project they
# are in the build folder; otherwise in PATH.
find_filters() {
  local here in_path
  here=$(dirname "$(readlink -f "$0")")
  in_path=$(command -v ap-decode) || in_path=''
  for binaries in "$here" "$here/../.build/release" ${in_path:+"${in_path%/*}"}; do
    [ -x "$binaries/ap-decode" ] && return
  done
  die 69 "the filters are not built yet; run $here/build"
}

# version_if_asked ARGUMENT…: the scripts have the filters' version.
version_if_asked() {
  local argument
  for argument; do
    case $argument in
      --version)
        find_filters
        exec "$binaries/ap-decode" --version
        ;;
      --) return ;;
    esac
  done
}
