#!/bin/bash -
# SPDX-License-Identifier: MIT
# The fuzzers' harnesses work: each runs its seeds, all inputs that failed
# once, and some inputs that are made of them; in continuous integration as
# many as are possible in 20 seconds.

. "${srcdir:-.}/tests/lib/functions.sh"

programs=$builddir/fuzz/libfuzzer
grep -qxF 'S["HAVE_FUZZING_TRUE"]=""' config.status \
  || skip "configure found no clang with libFuzzer"
# The harnesses are large, so only this test builds them.
unset MAKEFLAGS MFLAGS MAKELEVEL
make -s -j2 fuzz-programs >"$tmp/log" 2>&1 \
  || { tail -n 40 "$tmp/log"; fail "the harnesses cannot be built"; }

for name in client codec handshake outages probe replies tool unused uri; do
  [ -x "$programs/$name" ] || continue
  case $name in
    codec | outages | probe | tool | unused | uri) seeds=$programs/corpus/$name ;;
    *) seeds=$programs/corpus/wire ;;
  esac
  inputs=("$seeds"/*)
  [ ${#inputs[@]} -ge 10 ] || fail "$seeds has ${#inputs[@]} inputs only"
  for finding in "$srcdir/fuzz/findings/$name"/*; do
    [ -e "$finding" ] || continue
    base64 -d "$finding" >"$tmp/$name-${finding##*/}"
    inputs+=("$tmp/$name-${finding##*/}")
  done
  "$programs/$name" "${inputs[@]}" >"$tmp/log" 2>&1 \
    || { tail -n 60 "$tmp/log"; fail "$name fails with its own seeds"; }
  echo "$name: ${#inputs[@]} inputs passed"
done

# The same inputs each time; in continuous integration, more of them.
[ -n "${CI-}" ] || export FUZZ_RUNS=2000
FUZZ_SEED=1 make -s fuzz-smoke || fail "something was found"
