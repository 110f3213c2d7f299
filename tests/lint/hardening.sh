#!/bin/sh
# What a program that reads bytes from anywhere is built with: hardening.sh BINARY IS_OPTIMISED(true|false)
set -eu
binary=$1
is_optimised=$2
failed=0

has() { # WHAT PATTERN READELF_OPTION
  if ! readelf -W "$3" "$binary" | grep -Eq "$2"; then
    echo "$binary: no $1"
    failed=1
  fi
}

has 'position independence' 'Type: +DYN' -h
has 'read-only relocations' 'GNU_RELRO' -l
has 'binding of all symbols at the start' 'BIND_NOW|FLAGS_1.* NOW' -d
has 'stack protector' '__stack_chk_fail' --dyn-syms
if readelf -W -l "$binary" | grep GNU_STACK | grep -q 'RWE'; then
  echo "$binary: its stack can be executed"
  failed=1
fi
# _FORTIFY_SOURCE is only for optimised builds.
if [ "$is_optimised" = true ]; then
  has 'checked string functions (_FORTIFY_SOURCE)' '__(snprintf|memcpy|memset|fprintf|vsnprintf)_chk' --dyn-syms
fi
exit "$failed"
