# shellcheck shell=bash
# Sourced by the scripts that separate files in one command; scripts/install puts it into share/ap.
set -uo pipefail

# shellcheck source=scripts/lib/command.sh
source "$(dirname "${BASH_SOURCE[0]}")/command.sh" || exit 69
# Before anything else, so that it needs no filters.
help_if_asked "$@"
version_if_asked "$@"

usage_error() { die 64 "$1; see $name --help"; }

# no_such_option OPTION: says what it is called here, if another program has it. The pages have the same table.
no_such_option() {
  local program_page program options here page='' programs=() meanings=() sentence=''
  while IFS=$'\t' read -r program_page program options here; do
    [[ " ${options//,/ } " == *" $1 "* ]] || continue
    here=${here#"$name "}
    [ "$here" != "${meanings[*]: -1}" ] || continue
    page=$program_page
    programs+=("$program") meanings+=("$here")
  done <"$(dirname "${BASH_SOURCE[0]}")/other-programs.tsv"
  [ "$page" ] || usage_error "there is no option $1"
  for here in "${!meanings[@]}"; do
    sentence+="${sentence:+, or }${meanings[here]}"
    [ "${programs[0]}" = "${programs[-1]}" ] || sentence+=" (${programs[here]})"
  done
  die 64 "there is no option $1; here it is $sentence (man $page, COMING FROM OTHER PROGRAMS)"
}

# The filters of the pipe, the network first; those that get an option, and "value" where it takes one. The filters
# themselves say so.
filters=()
declare -A owners=() values=()
# Long names of short options.
declare -A names=()

# ask_filters FILTER…: an option that several have is the first one's; those that all commands share are for all. The
# first is the network.
ask_filters() {
  local filter line short long
  filters=("$@")
  network=$1
  local heading='^  ((-[A-Za-z]), )?(--[a-z-]+)( <)?'
  for filter; do
    declare -ga "options_${filter//-/_}=()"
    while IFS= read -r line; do
      [[ $line =~ $heading ]] || continue
      short=${BASH_REMATCH[2]} long=${BASH_REMATCH[3]}
      case $long in
        --help | --version | --list-models | --json | --output) continue ;;
        --quiet | --verbose | --log-level | --progress | --threads | --temp-dir | --device)
          owners[$long]+=" $filter"
          ;;
        *) : "${owners[$long]:=$filter}" ;;
      esac
      [ -z "${BASH_REMATCH[4]}" ] || values[$long]=value
      [ -n "$short" ] || continue
      owners[$short]=${owners[$long]}
      values[$short]=${values[$long]-}
      names[$short]=$long
    done < <("$binaries/$filter" --help)
  done
}

# add_option FILTER WORD…: more words of its command line.
add_option() {
  local -n more=options_${1//-/_}
  more+=("${@:2}")
}

# part FILTER WORD…: becomes it, in a pipe, with its options, and these words after them.
part() {
  local -n own=options_${1//-/_}
  exec "$binaries/$1" ${own[@]+"${own[@]}"} "${@:2}"
}

# read_arguments ARGUMENT…: files or folders, a folder for what is in them, and options of the filters. Sets `inputs`,
# `folder`, `template`, `wish`, `is_forced`, `is_quiet`, and `has_level` where an option says which messages are printed.
# --list-models is for the network alone, and ends the script.
read_arguments() {
  local option filter extension='' words=() listing=() is_over='' asked=()
  inputs=()
  template='' is_forced='' is_quiet='' has_level=''
  while [ $# -gt 0 ]; do
    case $is_over$1 in
      --)
        is_over=yes
        shift
        continue
        ;;
      -?*) ;;
      *)
        inputs+=("$1")
        shift
        continue
        ;;
    esac
    option=$1
    words=("$1")
    if [[ $1 == --*=* ]]; then
      option=${1%%=*}
    elif [ -n "${values[$1]-}" ] || [ "$1" = --template ]; then
      [ $# -ge 2 ] || usage_error "$1 needs a value"
      words=("$1=$2")
      # A short option has its value after it.
      [[ $1 == --* ]] || words=("$1" "$2")
      shift
    fi
    shift
    case $option in
      --template) template=${words[0]#*=} ;;
      --list-models | --json) listing+=("$option") ;;
      *)
        [ -n "${owners[$option]-}" ] || no_such_option "$option"
        for filter in ${owners[$option]}; do add_option "$filter" "${words[@]}"; done
        ;;
    esac
    case $option in
      --format) extension=${words[0]#*=} ;;
      --force) is_forced=yes ;;
      -q | --quiet) is_quiet=yes has_level=yes ;;
      -v | --verbose | --log-level) has_level=yes ;;
    esac
    case ${names[$option]-$option} in
      # The files are the same with these.
      --force | --quiet | --verbose | --log-level | --progress | --threads | --temp-dir | --device | --report) ;;
      --template) ;;
      # The template says the others.
      --format) case ${extension,,} in aac | alac) asked+=("--format=${extension,,}") ;; esac ;;
      --*) asked+=("${names[$option]-$option}${values[$option]:+=${words[-1]#"$option="}}") ;;
    esac
  done
  if [[ " ${listing[*]} " == *' --list-models '* ]]; then
    [ ${#inputs[@]} = 0 ] || usage_error "--list-models takes no files"
    part "$network" "${listing[@]}"
    exit
  fi
  [ ${#listing[@]} = 0 ] || usage_error "--json needs --list-models"
  [ ${#inputs[@]} -ge 2 ] || usage_error "needs files, and a folder for what is in them"
  folder=${inputs[-1]}
  unset 'inputs[-1]'
  if [ -z "$template" ]; then
    extension=${extension,,}
    # Said, so that the files are what their names say, whatever the user's settings are.
    [ -n "$extension" ] || add_option ap-encode --format=wav
    case $extension in
      aac | alac) extension=m4a ;;
    esac
    template="{track}.${extension:-wav}"
    # One file holds all tracks.
    [ "$extension" != stem.mp4 ] || template='{source}.stem.mp4'
  fi
  # The first track of such a file is the sum of its stems, and a DJ expects the song.
  if [[ $template == *.stem.mp4 || ${extension,,} == stem.mp4 ]] && [ "${owners[--sum-to-mix]-}" = "$network" ] &&
    [[ " ${asked[*]} " != *" --residual "* ]]; then
    add_option "$network" --sum-to-mix
  fi
  # In any order they say the same.
  wish=$(printf '%s\n' "${asked[@]@Q}" | LC_ALL=C sort | paste -s -d ' ')
  wish="$network${wish:+ $wish} -> ${template@Q}"
}

# in_template FOLDER: ap-encode's template; a brace in the folder's name begins no variable.
in_template() {
  local path=${1//[{]/'{{'}
  printf '%s' "${path//[\}]/'}}'}/$template"
}

# needs_folder: whether a song's files need a folder of their own, because the template does not tell them from another's.
needs_folder() {
  local bare=${template//'{{'/}
  case $bare in
    *'{track}'* | *'{index}'* | *'{segment}'*) return 0 ;;
    *'{source}'*) return 1 ;;
  esac
}

# check_options: asks each filter what it would do, so that what is wrong with its options is said before any of them
# starts, and once; the network is last, since it may lack its model. One that is to read a pipe, such as <(…), is not
# asked: it would empty it.
check_options() {
  local filter word more
  for filter in "${filters[@]:1}" "$network"; do
    local -n own=options_${filter//-/_}
    for word in ${own[@]+"${own[@]}"}; do [ ! -p "${word#*=}" ] || continue 2; done
    more=()
    case $filter in
      ap-decode) more=(-) ;;
      ap-encode) more=(-o "$(in_template "$folder")") ;;
    esac
    "$binaries/$filter" --describe-run ${own[@]+"${own[@]}"} ${more[@]+"${more[@]}"} </dev/null >/dev/null || exit
  done
}

# The ends of names: of sound and video, and of what often lies beside them. A page has the first.
sound_names="3g2|3gp|aac|ac3|adts|aif|aifc|aiff|amr|ape|asf|au|avi|bwf|caf|dff|dsf|dts|eac3|f4v|flac"
sound_names+="|flv|m2t|m2ts|m4a|m4b|m4r|m4v|mka|mkv|mov|mp2|mp3|mp4|mpc|mpeg|mpg|mpga|mts|mxf|oga|ogg"
sound_names+="|ogm|ogv|opus|qt|ra|rf64|rm|snd|spx|tak|ts|tta|vob|voc|w64|wav|weba|webm|wma|wmv|wv"
other_names="bmp|cue|gif|htm|html|ini|jpeg|jpg|json|log|lrc|m3u|m3u8|md|md5"
other_names+="|nfo|pdf|png|rtf|sfv|srt|tif|tiff|txt|url|vtt|webp|xml|yaml|yml"

# start_of FOLDER: a path that find takes for no option.
start_of() { case $1 in /*) printf '%s/' "${1%/}" ;; *) printf './%s/' "${1%/}" ;; esac; }

# tell_left_out: how many files of the folders have other names.
tell_left_out() {
  local input count=0 results=()
  [ ! -e "$folder" ] || results=(-samefile "$folder" -prune -o)
  for input in "${inputs[@]}"; do
    [ -d "$input" ] || continue
    count=$((count + $(
      find "$(start_of "$input")" -mindepth 1 -name '.?*' -prune -o ${results[@]+"${results[@]}"} -xtype f -regextype posix-extended \
        ! -iregex ".*\.($sound_names|$other_names)" -printf x | wc -c
    )))
  done
  case $count in
    0) ;;
    1) tell "1 other file is left out; man extract-demucs lists the kinds that are not" ;;
    *) tell "$count other files are left out; man extract-demucs lists the kinds that are not" ;;
  esac
}

# list_songs: each input's path and the folder for what is in it, ended by NUL. A folder stands for the sound and video
# files in it and below, and links to such files; a link to a folder may lead round in circles.
list_songs() {
  local input path place start
  tell_left_out
  for input in "${inputs[@]}"; do
    if [ ! -d "$input" ]; then
      place=${input##*/}
      printf '%s\0%s\0' "$input" "$folder/${place%.*}"
      continue
    fi
    start=$(start_of "$input")
    while IFS= read -r -d '' path; do
      # What was made here before is no song.
      [[ $(realpath "$path") != "$(realpath -m "$folder")"/* ]] || continue
      place=${path#"$start"}
      printf '%s\0%s\0' "${input%/}/$place" "$folder/${place%.*}"
    done < <(
      find "$start" -mindepth 1 -name '.?*' -prune -o -xtype f -regextype posix-extended \
        -iregex ".*\.($sound_names)" -print0 | LC_ALL=C sort -z
    )
  done
}

# exit_status STATUS…: that of the pipe's command at fault. A filter that fails makes those after it fail too,
# and those before it end by SIGPIPE (141).
exit_status() {
  local code
  for code; do
    if [ "$code" != 0 ] && [ "$code" != 141 ]; then return "$code"; fi
  done
  for code; do
    if [ "$code" != 0 ]; then return "$code"; fi
  done
}

# The shell that runs the pipe.
pipe=''

# run INPUT TEMPLATE: `separate`, which a signal to this script ends too: the shell waits for commands in the foreground
# before it obeys.
run() {
  local status
  separate "$@" <&0 &
  pipe=$!
  wait "$pipe"
  status=$?
  pipe=''
  return $status
}

# stop SIGNAL: the filters, which are the children of the pipe's shell, and then this script.
stop() {
  local stat words
  trap '' HUP INT TERM
  if [ -n "$pipe" ]; then
    for stat in /proc/[0-9]*/stat; do
      # A name in brackets, which may hold anything, a state, and the parent.
      { read -r -d '' words <"$stat"; } 2>/dev/null
      read -r _ words _ <<<"${words##*) }"
      [ "$words" != "$pipe" ] || kill "-$1" "${stat//[!0-9]/}"
    done
    wait "$pipe"
  fi 2>/dev/null
  trap - "$1"
  kill "-$1" $$
}

tell() { [ -n "$is_quiet" ] || say "$1"; }

# tell_sum DONE THERE FAILED LEFT: those that are not 0.
tell_sum() {
  local sum=''
  [ "$1" = 0 ] || sum+=", $1 done"
  case $2 in
    0) ;;
    1) sum+=", 1 was there" ;;
    *) sum+=", $2 were there" ;;
  esac
  [ "$3" = 0 ] || sum+=", $3 failed"
  [ "$4" = 0 ] || sum+=", $4 not tried"
  tell "${sum#, }"
}

# Beside the files that were made of a song is a record of them: a line with what was asked for, and a line with the name
# of each file. Files that are not in it are somebody else's.

# files_in FOLDER: the regular files in it and below, hidden ones left out, each with what changes when it is replaced.
files_in() {
  [ ! -d "$1" ] || find "$1/" -mindepth 1 -name '.*' -prune -o -type f -printf '%i %C@ %P\n' | LC_ALL=C sort
}

# is_open PLACE RECORD: whether none of the files of the record is there. `why` is empty where all are, and are what is
# asked for now, and says otherwise what is wrong.
is_open() {
  local asked path there=0 missing=()
  [ -f "$2" ] || return 0
  {
    IFS= read -r asked
    while IFS= read -r path; do
      if [ -e "${2%/*}/$path" ]; then there=$((there + 1)); else missing+=("$path"); fi
    done
  } <"$2"
  [ $there != 0 ] || return 0
  why=''
  if [ "$asked" != "$wish" ]; then
    why="$1 was made with other options; --force makes it again"
  elif [ ${#missing[@]} != 0 ]; then
    why="$1 lacks ${missing[*]}; --force makes it again"
  fi
  return 1
}

# write_record RECORD BEFORE: of the files that were not there, or were others, when `files_in` said BEFORE.
write_record() {
  mkdir -p "${1%/*}" && {
    printf '%s\n' "$wish"
    LC_ALL=C comm -13 <(printf '%s\n' "$2") <(files_in "${1%/*}") | cut -d ' ' -f 3-
  } >"$1"
}

# extract: runs `separate INPUT TEMPLATE` for all inputs; one file goes into the folder itself, several into one each.
extract() {
  local code=0 status song place root record before why signal done=0 there=0 failed=0
  local -A made=()
  for signal in HUP INT TERM; do
    # shellcheck disable=SC2064 # this signal
    trap "stop $signal" $signal
  done
  if [ -e "$folder" ] && [ ! -d "$folder" ]; then
    usage_error "the last argument, $folder, is a file; give a folder for what is made"
  fi
  if [ ${#inputs[@]} = 1 ] && [ ! -d "${inputs[0]}" ]; then
    run "${inputs[0]}" "$(in_template "$folder")"
    code=$?
    [ $code = 0 ] || say "${inputs[0]}: failed with $code"
    return $code
  fi
  local songs=() clashes=()
  mapfile -d '' songs < <(list_songs)
  if [ ${#songs[@]} = 0 ]; then
    say "there is no sound or video file in ${inputs[*]}"
    return 66
  fi
  set -- "${songs[@]}"
  while [ $# -gt 0 ]; do
    if [ -z "${made[$2]-}" ]; then
      made[$2]=$1
    elif [ ${#clashes[@]} -lt 10 ]; then
      clashes+=("${made[$2]} and $1 would both be $2.")
    fi
    shift 2
  done
  [ ${#clashes[@]} = 0 ] ||
    usage_error "${clashes[*]} Give them different folders, or run it once for each"
  set -- "${songs[@]}"
  while [ $# -gt 0 ]; do
    song=$1 place=$2
    shift 2
    why=''
    record=$place/.extracted
    root=$place
    if ! needs_folder; then
      root=${place%/*}
      record=$root/.${place##*/}.extracted
    fi
    if [ -n "$is_forced" ] || is_open "$place" "$record"; then
      before=$(files_in "${record%/*}")
      run "$song" "$(in_template "$root")"
      status=$?
      [ $status != 0 ] || write_record "$record" "$before" || status=74
    elif [ -z "$why" ]; then
      tell "$song: $place is there already; --force makes it again"
      there=$((there + 1))
      continue
    else
      status=73
    fi
    if [ $status = 0 ]; then
      tell "$song: $place"
      # What the network has said of its model it would say for each song.
      [ $done != 0 ] || [ -n "$has_level" ] || add_option "$network" --log-level=warning
      done=$((done + 1))
      continue
    fi
    say "$song: ${why:-failed with $status}"
    failed=$((failed + 1))
    [ $code != 0 ] || code=$status
    case $status in
      # What is wrong with all of them; a signal is for all, too.
      64 | 69 | 71 | 78 | 12[89] | 1[3-9][0-9]) break ;;
      # The folder for all, or only this song's.
      73) [[ -d $folder && -w $folder ]] || break ;;
      # A full disk, or a song that cannot be read.
      74) ! cat -- "$song" >/dev/null 2>&1 || break ;;
    esac
  done
  tell_sum $done $there $failed $(($# / 2))
  return "$code"
}
