# shellcheck shell=bash disable=SC2154 # $folder is set by the scripts that source this
# Sourced by the scripts that try something on a new Debian 12, which they set up in $folder.

# Paths of this machine that are visible inside, read-only.
binds=()
# Where commands are found inside.
system_path=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin
failures=0

# make_system PACKAGE…: a new system with these in $folder/new, unless it is there.
make_system() {
  new=$folder/new
  [ ! -e "$folder/new.done" ] || return 0
  say "making a new system in $new"
  rm -rf "$new"
  mkdir -p "$new"
  debootstrap --variant=minbase --include="$(IFS=, && echo "$*")" bookworm "$new" \
    >"$folder/debootstrap.log" 2>&1 || die 69 "debootstrap failed; see $folder/debootstrap.log"
  chroot "$new" useradd --create-home --shell /bin/bash user
  touch "$folder/new.done"
}

# enter WHO COMMAND [LOGIN]: in a system of WHO's own, on top of the new one; mounts and processes end with
# the command.
enter() {
  local own=$folder/$1 login=${3-$1}
  # Debian has a group of that name.
  [ "$login" != sudo ] || login=sudo_user
  mkdir -p "$own/upper" "$own/work" "$own/root"
  # shellcheck disable=SC2016 # the inner shell's own
  unshare --mount --pid --fork --kill-child bash -euc '
    own=$1 new=$2 login=$3 command=$4 path=$5
    shift 5
    root=$own/root
    mount -t overlay -o "lowerdir=$new,upperdir=$own/upper,workdir=$own/work" new "$root"
    mount -t proc proc "$root/proc"
    mount --rbind /dev "$root/dev"
    cp -L /etc/resolv.conf /etc/hosts "$root/etc"
    for bound; do
      if [ -d "$bound" ]; then mkdir -p "$root$bound"; else mkdir -p "$root${bound%/*}" && touch "$root$bound"; fi
      mount --bind -o ro "$bound" "$root$bound"
    done
    exec chroot "$root" env -i TERM=dumb PATH="$path" \
      setpriv --reuid "$login" --regid "$login" --init-groups --reset-env \
      env PATH="$path" bash -c "cd && $command"
  ' enter "$own" "$new" "$login" "$2" "$system_path" "${binds[@]}"
}

# step WHO STATUS TEXT COMMAND [LOGIN]: must end with this status.
step() {
  local started=$SECONDS status=0
  printf '\n$ %s\n' "$4" >>"$folder/$1.log"
  enter "$1" "$4" "${@:5}" >>"$folder/$1.log" 2>&1 </dev/null || status=$?
  if [ $status = "$2" ]; then
    printf '%-5s %4d s  %s\n' "$1" $((SECONDS - started)) "$3"
  else
    printf '%-5s %4d s  %s: FAILED with %d; see %s\n' "$1" $((SECONDS - started)) "$3" $status "$folder/$1.log"
    failures=$((failures + 1))
  fi
}
