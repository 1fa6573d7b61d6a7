#!/bin/bash -
# SPDX-License-Identifier: MIT
# Text and JSON of an export have the documented lines, in their order.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_nbdkit plugin null filter blocksize-policy

info ()
{
  "$builddir/info/nbdinfo" "$@" --no-content [ nbdkit --filter=blocksize-policy \
    null 1M blocksize-minimum=512 blocksize-preferred=65536 \
    blocksize-maximum=16M ]
}

expect 'protocol: newstyle-fixed without TLS, using structured packets
export="":
	export-size: 1048576 (1M)
	contexts:
		base:allocation
	is_rotational: false
	is_read_only: false
	can_block_status_payload: false
	can_cache: true
	can_df: true
	can_fast_zero: true
	can_flush: true
	can_fua: true
	can_multi_conn: true
	can_trim: true
	can_zero: true
	block_size_minimum: 512
	block_size_preferred: 65536 (64K)
	block_size_maximum: 16777216 (16M)' info
expect '{
"protocol": "newstyle-fixed",
"TLS": false,
"structured": true,
"extended": false,
"exports": [
	{
	"export-name": "",
	"contexts": [
		"base:allocation"
	],
	"is_rotational": false,
	"is_read_only": false,
	"can_block_status_payload": false,
	"can_cache": true,
	"can_df": true,
	"can_fast_zero": true,
	"can_flush": true,
	"can_fua": true,
	"can_multi_conn": true,
	"can_trim": true,
	"can_zero": true,
	"block_size_minimum": 512,
	"block_size_preferred": 65536,
	"block_size_maximum": 16777216,
	"export-size": 1048576,
	"export-size-str": "1M"
	} ]
}' info --json
