# cJSON's source: fetched, checked, never committed. Sourced by build.sh.
# shellcheck shell=bash

# Debian's source package carries the security fixes as patches on the released 1.7.15.
cjson_release=cjson_1.7.15.orig.tar.gz
cjson_release_sha256=5308fd4bd90cef7aa060558514de6a1a4a0819974a26e6ed13973c5f624c24b2
cjson_patched_sha256='5c5ab83a24eecfebc25b6aa4d47dbdb5f23d1baec92de75fec5f0528dbe255a7 c25b54ebc98e814eb7b3eeaf12ce899806f87ff5a275b20a3b77dbb3968e5d0b'
# Elsewhere: the first release that has them all.
cjson_tag=v1.7.19
cjson_commit=c859b25da02955fef659d658b8f324b5cde87be3

fetch_cjson() {
  [[ -f build/cjson/cJSON.c && -f build/cjson/cJSON.h ]] && return
  local work=$PWD/build/cjson-fetch patched
  say "fetching cJSON's source"
  rm -rf "$work" build/cjson
  mkdir -p "$work"
  if have apt-get && quietly cjson-debian cjson_from_debian "$work" 2>/dev/null; then
    patched="$(checksum "$work/source/cJSON.c") $(checksum "$work/source/cJSON.h")"
    [[ $patched == "$cjson_patched_sha256" ]] ||
      say "note: Debian has patched cJSON further than the version this was last tried with"
  elif ! have git || ! quietly cjson-git cjson_from_git "$work" 2>/dev/null; then
    die "cJSON's source could not be fetched, neither with apt nor with git: is there a network? Details: build/log/cjson-*.log"
  fi
  mkdir build/cjson
  mv "$work/source/cJSON.c" "$work/source/cJSON.h" "$work/source/LICENSE" build/cjson/
  rm -rf "$work"
}

# A private list of sources and a private state: the user's apt configuration is read, not changed.
cjson_from_debian() {
  local work=$1 apt
  mkdir -p "$work/lists/partial" "$work/cache" "$work/source"
  debian_sources >"$work/sources.list"
  apt=(-o "Dir::Etc::SourceList=$work/sources.list" -o Dir::Etc::SourceParts=/dev/null
    -o "Dir::State::Lists=$work/lists" -o "Dir::Cache=$work/cache" -o "APT::Sandbox::User=$(id -un)")
  apt-get "${apt[@]}" update || true
  (cd "$work" && apt-get "${apt[@]}" source --download-only --only-source cjson) || return
  [[ $(checksum "$work/$cjson_release") == "$cjson_release_sha256" ]] || mismatch || return

  tar -xzf "$work/$cjson_release" -C "$work/source" --strip-components=1 || return
  tar -xJf "$work"/cjson_*.debian.tar.xz -C "$work/source" || return
  apply_debian_patches "$work/source"
}

apply_debian_patches() {
  local name
  while read -r name; do
    [[ -z $name || $name == '#'* ]] || patch -d "$1" -p1 -i "debian/patches/$name" || return
  done <"$1/debian/patches/series"
}

# Debian 12's sources at whatever mirror this machine's apt uses, or at Debian's own.
debian_sources() {
  local key=/usr/share/keyrings/debian-archive-keyring.gpg options='' source
  [[ -f $key ]] && options="[signed-by=$key] "
  { # shellcheck disable=SC2016 # apt fills these in, not the shell
    apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
      grep -E ' bookworm(-updates|-security)? main$' | sort -u || echo 'http://deb.debian.org/debian bookworm main'
  } | while read -r source; do echo "deb-src $options$source"; done
}

cjson_from_git() {
  rm -rf "$1/source"
  git -c advice.detachedHead=false clone --quiet --depth 1 --branch "$cjson_tag" \
    https://github.com/DaveGamble/cJSON "$1/source" || return
  [[ $(git -C "$1/source" rev-parse HEAD) == "$cjson_commit" ]] || mismatch
}

mismatch() {
  echo 'what came is not what was asked for: the checksum differs'
  return 1
}
