#!/bin/bash
# SPDX-License-Identifier: MIT
# The types of the package are consistent, and a program can use them.
. "${srcdir:-.}/tests/lib/functions.sh"
requires tsc

mkdir -p "$tmp/node_modules/@types"
ln -s "$builddir/bindings/node/node_modules/libnbd" "$tmp/node_modules"
cp -r "$srcdir/bindings/node/tests/types/node" "$tmp/node_modules/@types"
cp "$srcdir/bindings/node/tests/types/program.ts" "$tmp"
cd "$tmp"
tsc --noEmit --strict --noUnusedLocals --target es2021 --lib es2021 \
  --module commonjs --preserveSymlinks program.ts
