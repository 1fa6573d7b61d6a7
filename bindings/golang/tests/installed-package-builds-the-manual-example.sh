#!/bin/bash
# SPDX-License-Identifier: MIT
# The program in libnbd-golang(3) builds with the installed package, in a
# module of its own and in a GOPATH tree, and reads an export.
. "${srcdir:-.}/tests/lib/functions.sh"
[ -z "${LIBNBD_SANITIZERS-}" ] \
  || skip "programs in Go do not load a library that has sanitizers"
requires make
requires_uris
requires_nbdkit plugin pattern

make -s install-golang DESTDIR="$tmp/root" >/dev/null
package=$(find "$tmp/root" -type d -path '*/src/libguestfs.org/libnbd')
mkdir "$tmp/program"
sed -n '/^package main/,/^\.EE/p' "$srcdir/bindings/golang/libnbd-golang.3" \
  | sed -e '/^\.EE/d' -e 's/\\e/\\/g' >"$tmp/program/main.go"

# try PROGRAM: the program prints the size and the first bytes of an export.
try ()
{
  serve unix nbdkit -f pattern 1M
  expect "1048576 bytes, beginning with [0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 8]" \
    "$1" "nbd+unix://?socket=$sock"
  stop_server
}

go ()
{
  GO_DIRECTORY=$tmp/program "$srcdir/bindings/golang/go-in-tree" "$@"
}

cat >"$tmp/program/go.mod" <<END
module example.org/program

go 1.18

require libguestfs.org/libnbd v0.0.0

replace libguestfs.org/libnbd => $package
END
go build -o "$tmp/with-module" .
try "$tmp/with-module"

rm "$tmp/program/go.mod"
export GO111MODULE=off GOPATH_IN_TREE=${package%/src/libguestfs.org/libnbd}
go build -o "$tmp/with-gopath" .
try "$tmp/with-gopath"
