# shellcheck shell=bash disable=SC2034 # the scripts that source this use the variables
# Sourced by the scripts in the folder above: Debian packages, the Swift toolchain, the build.
set -euo pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source=scripts/lib/command.sh
source "$top/scripts/lib/command.sh"

# What the binaries are linked against, and what the scripts also need to measure and to check.
build_packages=(libavformat-dev libswresample-dev libsndfile1-dev libyaml-dev nettle-dev libxxhash-dev)
quickstart_packages=(python3)
package_packages=(dpkg-dev git xz-utils)
test_packages=(python3 curl ffmpeg make shellcheck mandoc zsh fish qemu-user-static libc6-dev-arm64-cross)

# The filters, in Package.swift's order.
commands=()
while read -r line; do
  if [[ $line =~ ^filter\(\"([^\"]+)\" ]]; then commands+=("${BASH_REMATCH[1]}"); fi
done <"$top/Package.swift"

# as_root COMMAND…: the environment is not carried over.
as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die 77 "you are not root, and there is no sudo; run as root: $*"
  fi
}

# need_packages PACKAGE…: install those Debian packages that are missing.
need_packages() {
  local missing=() package
  if ! command -v apt-get >/dev/null; then
    say "there is no apt-get; assuming that these Debian packages, or their equivalents, are installed: $*"
    return
  fi
  for package; do
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
  done
  [ ${#missing[@]} = 0 ] && return
  # Its own words, such as those about a terminal, say less than these.
  (as_root true) 2>/dev/null ||
    die 69 "packages are missing, and you are not root and cannot use sudo; run as root: apt-get install ${missing[*]}"
  say "installing: ${missing[*]}"
  # The package lists of a fresh system are empty or too old; a system in use is left as it is.
  apt_install "${missing[@]}" 2>/dev/null && return
  as_root apt-get update -qq || die 69 "apt-get update failed; is there a network?"
  apt_install "${missing[@]}" || die 69 "could not install: ${missing[*]}"
}

apt_install() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" \
    >/dev/null
}

# need_swift: Package.swift asks for tools version 6.2.
need_swift() {
  local advice="Get Swift 6.2 or later from https://www.swift.org/install/linux/ and put its usr/bin in PATH."
  local version
  command -v swift >/dev/null || die 69 "there is no 'swift' in PATH. $advice"
  version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p') || true
  [ -n "$version" ] || die 69 "'swift --version' does not run; try it by hand. $advice"
  [ "$(printf '%s\n' 6.2 "$version" | sort -V | head -n 1)" = 6.2 ] ||
    die 69 "this is Swift $version. $advice"
}

# swift_build PROCESSOR [OPTION…]: a release build for that processor.
swift_build() {
  local processor=$1
  shift
  # -march reaches the Swift code too, through the C importer. No path of this machine stands in a binary:
  # it finds its libraries from where it is itself.
  # shellcheck disable=SC2016 # the loader knows $ORIGIN
  (cd "$top" && swift build -c release -Xcc "-march=$processor" -Xswiftc -no-toolchain-stdlib-rpath \
    --disable-local-rpath -Xlinker -rpath -Xlinker '$ORIGIN/../lib/ap' "$@")
}

# make_build [OPTION…]: the release build in .build/release, tuned to this machine, and the parts of the Swift
# runtime that it loads, in ../lib/ap as seen from there. Options go to `swift build`.
make_build() {
  need_swift
  need_packages "${build_packages[@]}"
  say "building (two to ten minutes the first time)"
  swift_build native "$@"
  local build=$top/.build/release
  local programs
  mapfile -t programs < <(find "$build/" -maxdepth 1 -name 'ap-*' -type f -executable)
  copy_runtime "$(readlink -f "$build")/../lib/ap" "${programs[@]}"
}

# make_portable_build: a release build for every processor that has x86-64-v2, in .build/portable/bin, and what it
# loads in ../lib/ap as seen from there. The filters with a network are one library in it (Package.swift, AP_PORTABLE),
# and again for v3 and v4 below glibc-hwcaps, where the loader takes what the processor can (ld.so(8)).
# shellcheck disable=SC2016 # the loader knows $ORIGIN
make_portable_build() {
  need_swift
  need_packages "${build_packages[@]}"
  local folder=$top/.build/portable networks=libap-networks.so level command main
  local bin=$folder/bin lib=$folder/lib/ap
  rm -rf "$bin" "$lib"
  mkdir -p "$bin" "$lib"
  # Of the library only its beginnings are seen from outside, so that the linker can drop what is not used.
  echo '{ global: ap_*_main; local: *; };' >"$folder/exports"
  local options=(-Xlinker "--version-script=$folder/exports")
  # The commands' path (RPATH, not RUNPATH) is then that of all libraries, too.
  options+=(-Xlinker --disable-new-dtags)
  export AP_PORTABLE=yes

  say "building for x86-64-v2 (takes some minutes the first time)"
  swift_build x86-64-v2 --scratch-path "$folder/v2" "${options[@]}"
  install -m 644 --strip -t "$lib" "$folder/v2/release/$networks"
  for level in v3 v4; do
    say "building the networks for x86-64-$level"
    swift_build "x86-64-$level" --scratch-path "$folder/$level" "${options[@]}" --product ap-networks
    install -D -m 644 --strip -t "$lib/glibc-hwcaps/x86-64-$level" "$folder/$level/release/$networks"
  done
  unset AP_PORTABLE

  cp -R "$folder/v2/release/ap_BundledModels.resources" "$bin"
  # ap-cache knows a build by its command's bytes: they hold the sum of the libraries'.
  local sum
  sum=$(find "$lib" -name "$networks" -print0 | LC_ALL=C sort -z | xargs -0 cat | sha1sum | cut -d ' ' -f 1)
  for command in "${commands[@]}"; do
    main=${command//-/_}_main
    if ! nm -D --defined-only "$lib/$networks" | grep " $main$" >/dev/null; then
      cp "$folder/v2/release/$command" "$bin"
    else
      echo "int $main(int, char **); int main(int count, char **words) { return $main(count, words); }" |
        clang -O -o "$bin/$command" -x c - -L "$lib" -lap-networks -Wl,--allow-shlib-undefined \
          -Wl,--disable-new-dtags,-rpath,'$ORIGIN/../lib/ap' "-Wl,--build-id=0x$sum"
    fi
  done
  copy_runtime "$lib" "${commands[@]/#/$bin/}"
}

# copy_runtime FOLDER PROGRAM…: the libraries of the Swift toolchain that the programs load, into FOLDER.
copy_runtime() {
  local folder=$1 runtime library
  shift
  runtime=$(swiftc -print-target-info | sed -n '/"runtimeLibraryPaths"/{n;s/^[^"]*"\(.*\)".*/\1/p}')
  mkdir -p "$folder"
  while read -r library; do
    install -m 644 --strip "$library" "$folder"
  done < <(LD_LIBRARY_PATH=$runtime ldd "$@" | awk -v at="$runtime/" 'index($3, at) == 1 { print $3 }' | sort -u)
}
