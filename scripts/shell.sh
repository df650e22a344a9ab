# What every script here uses. Sourced by build.sh.
# shellcheck shell=bash

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

checksum() { if have sha256sum; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d ' ' -f 1; }

# locked COMMAND...: one build at a time, as two terminals share build/.
locked() {
  mkdir -p build
  (
    if have flock; then flock 9; fi
    "$@" 9>&-
  ) 9>build/lock
}
