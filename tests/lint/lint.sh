#!/bin/sh
# One lint a call: lint.sh NAME SOURCE_ROOT BUILD_ROOT. Exit 77 (skipped) where the tool is not installed.
set -eu
name=$1
root=$2
build=$3
cd "$root"

need() {
  command -v "$1" >/dev/null 2>&1 || {
    echo "$1 is not installed"
    exit 77
  }
}
sources() { find src widgets -name '*.c' | sort; }
everything() { find src widgets include tests -name '*.[ch]' | sort; }

case $name in
format)
  need clang-format
  everything | xargs clang-format --dry-run --Werror
  ;;
tidy)
  need clang-tidy
  sources | xargs -P "$(nproc)" -n 4 clang-tidy --quiet -p "$build" 2>/dev/null
  ;;
cppcheck)
  need cppcheck
  cppcheck --quiet --error-exitcode=1 --std=c11 --enable=warning,performance,portability --inline-suppr \
    --suppressions-list=tests/lint/cppcheck.txt -D_GNU_SOURCE -DOPSCON_VERSION='""' \
    '-DHASH_ITER(hh,head,el,tmp)=for((el)=(head);(el);(el)=(tmp))' -Iinclude -Isrc -I. -j "$(nproc)" src widgets
  ;;
analyzer)
  need gcc
  # shellcheck disable=SC2046,SC2016
  sources | xargs -P "$(nproc)" -n 1 sh -c 'gcc -fanalyzer -O1 -std=gnu11 -fsyntax-only -Wall -Werror -D_GNU_SOURCE \
    "-DOPSCON_VERSION=\"\"" -Iinclude -Isrc -I. '"$(pkg-config --cflags libuv libcurl json-c ncursesw yaml-0.1 libutf8proc \
    libmicrohttpd)"' "$0"'
  ;;
man)
  need mandoc
  mandoc -Tlint -W warning man/*.[157]
  ;;
shell)
  need shellcheck
  shellcheck -s sh scripts/run scripts/test scripts/install-deps .ci/run tests/lint/lint.sh
  ;;
*)
  echo "unknown lint $name" >&2
  exit 2
  ;;
esac
