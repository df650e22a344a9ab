# What the machine must have, and how it gets there. Sourced by build.sh.
# shellcheck shell=bash disable=SC2034 # build.sh reads the lists

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
