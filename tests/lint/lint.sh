#!/bin/sh
# One lint a call: lint.sh NAME SOURCE_ROOT. Exit 77 (skipped) where the tool is not installed.
set -eu
name=$1
cd "$2"
renice -n 15 -p $$ >/dev/null 2>&1 || true # where it is nicer already

need() {
  command -v "$1" >/dev/null 2>&1 || {
    echo "$1 is not installed"
    exit 77
  }
}
sources() { find src widgets -name '*.c' | sort; }
everything() { find src widgets include tests -name '*.[ch]' | sort; }

# Runs a command on every source, some at a time, on all processors; tells what it said only when it fails.
on_sources() { # HOW_MANY COMMAND...
  n=$1
  shift
  if ! said=$(sources | xargs -P "$(nproc)" -n "$n" "$@" 2>&1); then
    printf '%s\n' "$said" | grep -v ' warnings\{0,1\} generated\.$'
    return 1
  fi
}

# Not the build's own flags: those are of one compiler, and some of them cost an analysis its sight.
# shellcheck disable=SC2089,SC2090 # the compiler is to see the quotes
defines='-D_GNU_SOURCE -DOPSCON_VERSION=""'
includes='-Iinclude -Isrc -I.'
libraries='libuv libcurl json-c ncursesw yaml-0.1 libutf8proc libmicrohttpd libsodium'
# shellcheck disable=SC2086,SC2090
flags() { echo "-std=gnu11 $defines $includes $(pkg-config --cflags $libraries)"; }

case $name in
format)
  need clang-format
  everything | xargs clang-format --dry-run --Werror
  ;;
tidy)
  need clang-tidy
  # Options follow the files, so the shell in between puts them there.
  # Of the analyser's budget a quarter: what it does with the rest takes most of its time, and found nothing more.
  FLAGS="$(flags) -Xclang -analyzer-config -Xclang max-nodes=60000"
  export FLAGS
  # shellcheck disable=SC2016
  on_sources 4 sh -c 'clang-tidy --quiet "$@" -- $FLAGS' clang-tidy
  ;;
cppcheck)
  need cppcheck
  # shellcheck disable=SC2086,SC2090
  cppcheck --quiet --error-exitcode=1 --std=c11 --enable=warning,performance,portability --inline-suppr \
    --library=posix,gnu,tests/lint/cppcheck.cfg $defines $includes -j "$(nproc)" src widgets
  ;;
analyzer)
  need gcc
  # shellcheck disable=SC2046
  on_sources 1 gcc -fanalyzer -O1 -Wall -Werror $(flags) -c -o /dev/null
  ;;
man)
  need mandoc
  mandoc -Tlint -W warning man/*.[157]
  ;;
shell)
  need shellcheck
  shellcheck -s sh scripts/bench scripts/fuzz scripts/run scripts/test scripts/install-deps .ci/run tests/lint/lint.sh tests/lint/hardening.sh
  ;;
*)
  echo "unknown lint $name" >&2
  exit 2
  ;;
esac
