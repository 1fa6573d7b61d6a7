#!/bin/bash
# SPDX-License-Identifier: MIT
# Generated and written files are as gofmt has them, and go vet is content.
. "${srcdir:-.}/tests/lib/functions.sh"
requires gofmt

found=$(gofmt -l "$srcdir/bindings/golang" "$srcdir/bench/clients/client.go")
[ -z "$found" ] || fail "gofmt would change $found"
"$srcdir/bindings/golang/go-in-tree" vet ./...
