#!/bin/bash
# SPDX-License-Identifier: MIT
# Extended headers work with a server of another project: the installed
# qemu-nbd if it supports them, or else the qemu-nbd of the distribution's
# backports.  That one is fetched from the mirror that this machine is
# configured with, and is unpacked below the build tree.  The system's own
# configuration is not changed.
. "${srcdir:-.}/tests/lib/functions.sh"
requires qemu-img
requires_module
cache=$builddir/tests/interop/backports
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# knows_headers PROGRAM: it supports extended headers, as qemu-nbd does since
# 8.2.
knows_headers ()
{
  local version
  version=$("$1" --version 2>/dev/null | sed -n '1s/.* \([0-9.]*\) .*/\1/p')
  [ "$(printf '%s\n' 8.2 "$version" | sort -V | head -n 1)" = 8.2 ]
}

apt ()
{
  local program=$1
  shift
  timeout 60 "$program" -o "Dir::Etc::SourceList=$cache/sources.list" \
    -o Dir::Etc::SourceParts=/dev/null -o "Dir::State::Lists=$cache/lists" \
    -o "Dir::Cache=$cache" -o Acquire::Languages=none -o Acquire::Retries=0 \
    -o Acquire::http::Timeout=20 -o APT::Sandbox::User= "$@" 2>"$tmp/apt"
}

fetch ()
{
  local suite mirror
  requires apt-get dpkg-deb
  [ -r "$keyring" ] || skip "the distribution's keys are not installed"
  suite=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' \
    "Codename: $suite" 2>/dev/null | sed -n 1p)
  [ -n "$mirror" ] || skip "apt-get knows no mirror"
  mkdir -p "$cache/lists/partial" "$cache/archives/partial"
  echo "deb [signed-by=$keyring] $mirror $suite-backports main" \
    >"$cache/sources.list"
  apt apt-get update >/dev/null || skip "the mirror cannot be read"
  (cd "$cache" && apt apt-get download "qemu-utils/$suite-backports") \
    >/dev/null || skip "the mirror has no backport of qemu-utils"
  dpkg-deb -x "$cache"/qemu-utils_*.deb "$cache/root"
}

qemu_nbd=$(command -v qemu-nbd || echo "$cache/root/usr/bin/qemu-nbd")
if ! knows_headers "$qemu_nbd"; then
  qemu_nbd=$cache/root/usr/bin/qemu-nbd
  [ -x "$qemu_nbd" ] || fetch
  knows_headers "$qemu_nbd" \
    || skip "no qemu-nbd here runs and is of version 8.2 or newer"
fi

theirs qemu-img create -q -f qcow2 "$tmp/disk" 8G
serve unix "$qemu_nbd" -t -f qcow2 "$tmp/disk"
timeout 300 ./run "$PYTHON" -c '
import sys, nbd
h = nbd.NBD()
h.add_meta_context("base:allocation")
h.connect_unix(sys.argv[1])
assert h.get_extended_headers_negotiated()
assert h.get_protocol() == "newstyle-fixed"
data = bytes(range(256)) * 4096
h.pwrite(data, 1 << 20)
assert h.pread(len(data), 1 << 20) == data
assert h.pread(4096, 7 << 30) == bytes(4096)
extents = []
def extent(context, offset, entries, error):
    assert context == "base:allocation"
    extents.extend(entries)
    return 0
h.zero(6 << 30, 2 << 30)
h.block_status_64(8 << 30, 0, extent)
assert sum(length for length, _ in extents) == 8 << 30, extents
assert max(length for length, _ in extents) >= 1 << 32, extents
pieces = []
def chunk(buf, offset, status, error):
    pieces.append((offset, len(buf), status))
    return 0
assert h.pread_structured(4 << 20, 0, chunk)[1 << 20:2 << 20] == data
assert sum(size for _, size, _ in pieces) == 4 << 20
bufs = [nbd.Buffer(65536) for _ in range(64)]
cookies = [h.aio_pread(b, (1 << 20) + 16384 * i) for i, b in enumerate(bufs)]
while h.aio_in_flight():
    h.poll(-1)
assert all(h.aio_command_completed(c) for c in cookies)
assert bufs[5].to_bytearray() == data[5 * 16384:5 * 16384 + 65536]
h.flush()
h.set_strict_mode(0)
try:
    h.pread(4096, 9 << 30)
    raise SystemExit("a read behind the end succeeded")
except nbd.Error as error:
    assert error.errno == "EINVAL", error.errno
h.shutdown()
' "$sock" || fail "$qemu_nbd: the program ended with status $?"
