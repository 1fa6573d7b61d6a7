#!/bin/bash
# SPDX-License-Identifier: MIT
# Generated and hand-written files are formatted as by gofmt, and go vet finds
# nothing.
. "${srcdir:-.}/tests/lib/functions.sh"
requires gofmt

found=$(gofmt -l "$srcdir/bindings/golang" "$srcdir/bench/clients/client.go")
[ -z "$found" ] || fail "gofmt would change $found"
"$srcdir/bindings/golang/go-in-tree" vet ./...
