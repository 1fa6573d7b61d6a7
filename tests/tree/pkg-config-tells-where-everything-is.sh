#!/bin/bash
# SPDX-License-Identifier: MIT
# A program is compiled and linked with what libnbd.pc says, wherever the
# library was installed.
. "${srcdir:-.}/tests/lib/functions.sh"
requires pkg-config

cp libnbd.pc "$tmp"
told=$(PKG_CONFIG_PATH=$tmp pkg-config --define-variable=prefix=/opt/elsewhere \
         --define-variable=libdir=/opt/elsewhere/lib \
         --define-variable=includedir=/opt/elsewhere/include \
         --cflags --libs libnbd)
for flag in -I/opt/elsewhere/include -L/opt/elsewhere/lib -lnbd; do
  [[ " $told " == *" $flag "* ]] || fail "no $flag in $told"
done
