# The core, natively and as WebAssembly, and the page of the demo. Sourced by build.sh.
# shellcheck shell=bash

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
