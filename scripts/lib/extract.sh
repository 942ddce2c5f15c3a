# shellcheck shell=bash disable=SC2034 # the scripts that source this use the variables
# Sourced by the scripts that separate a file in one command; scripts/install puts it into share/ap.
set -uo pipefail

name=${0##*/}

usage_error() {
  echo "$name: $1; see $name --help" >&2
  exit 64
}

# read_arguments ARGUMENT…: INPUT FOLDER and options. Sets `input`, ap-encode's `template`,
# `encode_options`, `segment_options` (of those that `segment_names` has), and all others as `options`.
read_arguments() {
  case ${1-} in
    -h | --help)
      sed -n '2,/^$/s/^# \{0,1\}//p' "$0"
      exit 0
      ;;
  esac
  [ $# -ge 2 ] || usage_error "needs a file and a folder for the result"
  input=$1
  folder=$2
  shift 2
  extension=wav
  encode_options=()
  segment_options=()
  options=()
  local option
  while [ $# -gt 0 ]; do
    option=${1%%=*}
    case " --format --bits ${segment_names-} " in
      *" $option "*)
        [ "$1" = "$option" ] || set -- "$option" "${1#*=}" "${@:2}"
        [ $# -ge 2 ] || usage_error "$1 needs a value"
        case $option in
          --format | --bits) encode_options+=("$1" "$2") ;;
          *) segment_options+=("$1" "$2") ;;
        esac
        [ "$option" = --format ] && extension=$2
        shift
        ;;
      *) if [ "$1" = --force ]; then encode_options+=("$1"); else options+=("$1"); fi ;;
    esac
    shift
  done
  # A brace in the folder's name begins no variable of ap-encode's.
  template=${folder//[{]/'{{'}
  template=${template//[\}]/'}}'}/'{track}'.$extension
}

# find_filters: their folder as `binaries`. Installed, they are next to the script; in the project they
# are in the build folder.
find_filters() {
  local here
  here=$(dirname "$(readlink -f "$0")")
  for binaries in "$here" "$here/../.build/release" ''; do
    [ -x "$binaries/ap-decode" ] && return
  done
  echo "$name: the filters are not built yet; run $here/build" >&2
  exit 69
}

# exit_as STATUS…: as the pipe's command at fault. A filter that fails makes those after it fail too,
# and those before it end by SIGPIPE (141).
exit_as() {
  local code
  for code; do
    if [ "$code" != 0 ] && [ "$code" != 141 ]; then exit "$code"; fi
  done
  for code; do
    if [ "$code" != 0 ]; then exit "$code"; fi
  done
}
