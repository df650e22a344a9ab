#!/usr/bin/env bash
# Builds, tests and demonstrates tidemark. ./build.sh help says with which words.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

help() {
  cat <<'END'
./build.sh WORD

  demo            build, bundle the demo and serve it (PORT picks the port, 5173 unless set)
  sql "SQL"       run SQL in the running demo's database
  test [SUITE]    build, then run every check and test, or one suite: checks native node browser
                  more words keep only the test files whose path holds one: test node hub
  fuzz [TARGET]   look for inputs that break the core; --seconds N for each target, 60 unless said
  simulate        play random worlds of the core: --seeds N, --from S, --memory; --seed S prints one;
                  --bug NAME with a mistake planted in the core, --bugs lists them
  bench           measure against TanStack Query, plain JavaScript and native C; writes
                  tests/bench/results.md; --quick tries it and writes nothing
  bench pixels    measure from commit to changed pixels, beside polling and a hand-written socket;
                  writes tests/bench/results-pixels.md; --changes N, --idle SECONDS, --times N only
                  try it
  races           play what happens at once on tidemark and on TanStack Query, as a table
  soak            break the real stack for minutes and say whether it held: --seed S, and words that
                  keep the parts whose name holds one
  coverage        print how much of the core native tests, simulator and fuzz corpus run
  build           compile the core: natively with gcc and clang, and to wasm/
  format          lay out every source file as the format check wants it
  size            print what the package weighs
  clean           remove what was built (node_modules and installed packages stay)
  help            this list

What is missing is installed first: with apt where there is an apt, with npm from the lock file.
END
}

say() { printf 'tidemark: %s\n' "$1"; }
die() { printf 'tidemark: %s\n' "$1" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# quietly NAME COMMAND...: the output goes to build/log/NAME.log and is shown if the command fails.
quietly() {
  local log=build/log/$1.log
  shift
  mkdir -p build/log
  "$@" >"$log" 2>&1 </dev/null && return
  tail -n 100 "$log" >&2
  return 1
}

# --- what the machine must have -----------------------------------------------------------------

wasm_tools=(emcc make patch xz)
native_tools=(gcc clang make patch xz libc)
check_tools=(clang-format clang-tidy)
native_test_tools=(cmocka sanitizers)
node_test_tools=(postgres redis-server)
browser_tools=(chromium)

present() {
  case $1 in
    libc) echo '#include <stdlib.h>' | gcc -E - >/dev/null 2>&1 ;;
    cmocka) echo '#include <cmocka.h>' | cpp_with_cmocka >/dev/null 2>&1 ;;
    llvm-cov) have "$(clang -print-prog-name=llvm-cov)" ;;
    sanitizers) compgen -G "$(clang -print-resource-dir 2>/dev/null)/lib/*/libclang_rt.asan*" >/dev/null ;;
    chromium) find_chromium >/dev/null ;;
    # Debian keeps it off PATH.
    postgres) have postgres || compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null ;;
    *) have "$1" ;;
  esac
}

cpp_with_cmocka() { clang -E -include stdarg.h -include stddef.h -include stdint.h -include setjmp.h -; }

debian_package() {
  case $1 in
    emcc) echo emscripten ;;
    xz) echo xz-utils ;;
    libc) echo libc6-dev ;;
    cmocka) echo libcmocka-dev ;;
    llvm-cov) echo llvm ;;
    sanitizers) echo libclang-rt-dev ;;
    postgres) echo postgresql ;;
    *) echo "$1" ;;
  esac
}

where_to_get() {
  case $1 in
    emcc) echo 'emcc (3.1.6 or newer, https://emscripten.org)' ;;
    libc) echo 'the C library headers' ;;
    cmocka) echo 'cmocka (https://cmocka.org)' ;;
    llvm-cov) echo "llvm-cov and llvm-profdata of clang's version" ;;
    sanitizers) echo "clang's sanitizer runtime (compiler-rt)" ;;
    postgres) echo 'a PostgreSQL server (https://www.postgresql.org)' ;;
    redis-server) echo 'redis-server (https://redis.io)' ;;
    chromium) echo 'chromium (or CHROMIUM=/path/to/it)' ;;
    *) echo "$1" ;;
  esac
}

find_chromium() {
  local name
  if [[ -n ${CHROMIUM:-} ]]; then
    command -v "$CHROMIUM"
    return
  fi
  for name in chromium chromium-browser google-chrome; do
    command -v "$name" && return
  done
  return 1
}

install_missing() {
  local tool names='' missing=() packages=() as_root=()
  for tool; do
    [[ " ${missing[*]-} " == *" $tool "* ]] || present "$tool" || missing+=("$tool")
  done
  ((${#missing[@]})) || return 0
  for tool in "${missing[@]}"; do
    names+="$(where_to_get "$tool"), "
    packages+=("$(debian_package "$tool")")
  done

  have apt-get || die "missing on this machine: ${names%, }. Install it with your package manager and run this again"
  if [[ $(id -u) != 0 ]]; then
    have sudo || die "missing, and neither root nor sudo is at hand: as root, run apt-get install --no-install-recommends ${packages[*]}"
    as_root=(sudo)
  fi

  say "installing with apt: ${packages[*]}"
  # A third party's broken package list is no reason to stop: what counts is the install.
  quietly apt-update "${as_root[@]}" apt-get update 2>/dev/null || true
  quietly apt-install "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 \
    install -y --no-install-recommends "${packages[@]}" ||
    die "apt could not install ${packages[*]}: see above and build/log/apt-update.log"
  for tool in "${missing[@]}"; do
    present "$tool" || die "apt installed $(debian_package "$tool"), yet $(where_to_get "$tool") is not on PATH"
  done
}

check_node() {
  local version major
  version=$(node --version 2>/dev/null) || die 'Node 20 or newer is needed and there is none on PATH: get it from https://nodejs.org/en/download'
  major=${version#v}
  major=${major%%.*}
  ((major >= 20)) || die "Node 20 or newer is needed, this is $version: get it from https://nodejs.org/en/download"
}

# The stamp lies inside node_modules, so that it goes when node_modules goes.
install_npm_packages() {
  local wanted stamp=node_modules/.lock-sha256
  have npm || die 'npm is needed and is not on PATH: it comes with Node from https://nodejs.org/en/download'
  wanted=$(checksum package-lock.json)
  [[ $(cat "$stamp" 2>/dev/null) == "$wanted" ]] && return
  say 'installing npm packages from the lock file'
  quietly npm npm ci --no-audit --no-fund || die 'npm could not install the packages: see above'
  echo "$wanted" >"$stamp"
}

# --- cJSON's source: fetched, checked, never committed ------------------------------------------

# Debian's source package carries the security fixes as patches on the released 1.7.15.
cjson_release=cjson_1.7.15.orig.tar.gz
cjson_release_sha256=5308fd4bd90cef7aa060558514de6a1a4a0819974a26e6ed13973c5f624c24b2
cjson_patched_sha256='5c5ab83a24eecfebc25b6aa4d47dbdb5f23d1baec92de75fec5f0528dbe255a7 c25b54ebc98e814eb7b3eeaf12ce899806f87ff5a275b20a3b77dbb3968e5d0b'
# Elsewhere: the first release that has them all.
cjson_tag=v1.7.19
cjson_commit=c859b25da02955fef659d658b8f324b5cde87be3

checksum() { if have sha256sum; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d ' ' -f 1; }

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

# --- building -----------------------------------------------------------------------------------

# locked COMMAND...: one build at a time, as two terminals share build/.
locked() {
  mkdir -p build
  (
    if have flock; then flock 9; fi
    "$@" 9>&-
  ) 9>build/lock
}

core_make() { make -s -f src/Makefile -j "$(getconf _NPROCESSORS_ONLN)" "$@"; }

# build_core PART...: native, wasm.
build_core() {
  fetch_cjson
  local part
  for part; do compile "$part"; done
}

compile() {
  core_make -q "$1" >/dev/null 2>&1 && { say "$1: up to date"; return; }
  [[ $1 == native ]] || check_emcc_version
  say "$1: compiling"
  quietly "compile-$1" core_make "$1" || die "$1: did not compile, see above"
}

check_emcc_version() {
  local version
  [[ $(emcc --version) =~ [0-9]+\.[0-9]+\.[0-9]+ ]] && version=${BASH_REMATCH[0]}
  [[ $(printf '%s\n' 3.1.6 "${version:-none}" | sort -V | head -n 1) == 3.1.6 ]] ||
    die "emcc 3.1.6 or newer is needed, this is ${version:-unknown}: get it from https://emscripten.org"
}

bundle_demo() {
  local stamp=build/demo.stamp
  if [[ -f $stamp && -f build/demo/index.html && -z $(find demo js-glue wasm/tidemark.js package-lock.json -newer "$stamp" -print -quit) ]]; then
    say 'demo page: up to date'
    return
  fi
  say 'demo page: bundling'
  touch build/demo.started
  quietly bundle node_modules/.bin/vite build --config demo/vite.config.js || die 'the demo page could not be bundled, see above'
  mv build/demo.started "$stamp"
}

# --- words --------------------------------------------------------------------------------------

build() {
  check_node
  install_missing "${wasm_tools[@]}" "${native_tools[@]}"
  locked build_core native wasm
}

build_demo() {
  check_node
  install_missing "${wasm_tools[@]}"
  install_npm_packages
  locked build_core wasm
  locked bundle_demo
}

demo() {
  build_demo
  exec node demo/server/main.js
}

sql() {
  check_node
  install_npm_packages
  exec node demo/sql.js "$@"
}

run_tests() {
  local tools=("${wasm_tools[@]}" "${native_tools[@]}")
  case ${1:-all} in
    all) tools+=("${check_tools[@]}" "${native_test_tools[@]}" "${node_test_tools[@]}" "${browser_tools[@]}") ;;
    checks) tools+=("${check_tools[@]}") ;;
    native) tools+=("${native_test_tools[@]}") ;;
    node) tools+=("${node_test_tools[@]}") ;;
    browser) tools+=("${browser_tools[@]}") ;;
  esac
  check_node
  install_missing "${tools[@]}"
  install_npm_packages
  CHROMIUM=$(find_chromium) || CHROMIUM=
  export CHROMIUM
  exec node tests/run.js "$@"
}

fuzz() {
  check_node
  install_missing "${native_tools[@]}" sanitizers
  locked fetch_cjson
  exec node tests/fuzz/run.js "$@"
}

simulate() {
  check_node
  install_missing "${native_tools[@]}"
  locked fetch_cjson
  quietly compile-simulate locked core_make simulate || die 'the simulator did not compile, see above'
  local program=simulate
  [[ " $* " == *' --bug'* ]] && program=planted
  exec "build/simulation/$program" "$@"
}

bench() {
  if [[ ${1:-} == pixels ]]; then
    shift
    bench_pixels "$@"
  fi
  check_node
  install_missing "${wasm_tools[@]}" "${native_tools[@]}" "${browser_tools[@]}"
  install_npm_packages
  locked build_core native wasm
  quietly compile-bench locked core_make bench || die 'the contenders did not compile, see above'
  CHROMIUM=$(find_chromium) || CHROMIUM=
  export CHROMIUM
  exec node tests/bench/main.js "$@"
}

bench_pixels() {
  check_node
  install_missing "${wasm_tools[@]}" "${browser_tools[@]}"
  install_npm_packages
  locked build_core wasm
  CHROMIUM=$(find_chromium) || CHROMIUM=
  export CHROMIUM
  exec node tests/bench/pixels/main.js "$@"
}

soak() {
  check_node
  install_missing "${wasm_tools[@]}" "${node_test_tools[@]}"
  install_npm_packages
  locked build_core wasm
  exec node tests/soak/main.js "$@"
}

coverage() {
  check_node
  install_missing "${native_tools[@]}" "${native_test_tools[@]}" llvm-cov
  locked fetch_cjson
  exec node tests/coverage.js
}

format() {
  check_node
  install_missing clang-format
  install_npm_packages
  say 'laying out JavaScript with Biome and C with clang-format'
  find src wasm tests/native tests/fuzz tests/simulation tests/bench -name '*.[ch]' -exec clang-format -i {} +
  node_modules/.bin/biome check --write .
}

races() {
  check_node
  install_missing "${wasm_tools[@]}"
  install_npm_packages
  locked build_core wasm >&2
  node tests/node/races/print.js
}

size() {
  build
  install_npm_packages
  node tests/size.js
}

clean() {
  say 'removing build/ and the compiled core in wasm/'
  rm -rf build wasm/tidemark.wasm wasm/tidemark.js
}

word=${1:-help}
(($#)) && shift
case $word in
  demo | sql | fuzz | simulate | bench | races | soak | coverage | build | format | size | clean | help) "$word" "$@" ;;
  # What tests/run.js asks for.
  build-demo) build_demo ;;
  make) locked core_make "$@" ;;
  test) run_tests "$@" ;;
  *) die "no such word: $word. There are: demo sql test fuzz simulate bench races soak coverage build format size clean help" ;;
esac
