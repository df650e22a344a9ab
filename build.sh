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

# shellcheck source=scripts/shell.sh
source scripts/shell.sh
# shellcheck source=scripts/tools.sh
source scripts/tools.sh
# shellcheck source=scripts/cjson.sh
source scripts/cjson.sh
# shellcheck source=scripts/compile.sh
source scripts/compile.sh


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
