#!/bin/bash
# SPDX-License-Identifier: MIT
# A source package is built, a wheel is built from that alone, and the wheel is
# installed in an empty virtual environment, all without a network.  If
# generated files are missing, the error names them.
. "${srcdir:-.}/tests/lib/functions.sh"
requires_module
requires pkg-config
for module in build pip setuptools venv wheel; do
  "$PYTHON" -c "import $module" 2>/dev/null || skip "$PYTHON has no module $module"
done
[ -z "${LIBNBD_SANITIZERS-}" ] || skip "Python was not built with sanitizers"
requires_nbdkit plugin memory

export PIP_NO_INDEX=1 PIP_DISABLE_PIP_VERSION_CHECK=1 CFLAGS=-O0
unset PYTHONPATH
cp -rL "$srcdir/bindings/python" "$tmp/python" 2>/dev/null || :
cd "$tmp/python"
rm -rf tests .libs ./*.o ./*.lo ./*.la build dist ./*.egg-info
"$PYTHON" -m build --no-isolation >"$tmp/log" 2>&1 || fail "$(cat "$tmp/log")"

"$PYTHON" -m venv --without-pip "$tmp/env"
"$PYTHON" -m pip --python "$tmp/env/bin/python" install dist/libnbd-*.whl \
  >"$tmp/log" 2>&1 || fail "$(cat "$tmp/log")"
cd "$tmp"

cat >check.py <<'END'
import importlib.metadata
import pathlib
import sys

import nbd

here = pathlib.Path(nbd.__file__).parent
assert here.is_relative_to(sys.prefix), here
there = {p.name for p in pathlib.Path(sys.argv[1]).iterdir() if p.suffix}
assert {p.name for p in here.iterdir() if p.suffix} == there, there
assert importlib.metadata.version("libnbd") == nbd.__version__
specs = importlib.metadata.entry_points(group="fsspec.specs")
assert {"nbd", "nbds", "nbd+unix", "nbds+vsock"} <= {e.name for e in specs}
assert {e.value for e in specs} == {"nbd.fs:NBDFileSystem"}

with nbd.NBD() as h:
    h.connect_command(["nbdkit", "-s", "--exit-with-parent", "memory", "1M"])
    h.pwrite(b"abcd", 512)
    assert h.pread(4, 512) == b"abcd"
END
"$tmp/env/bin/python" check.py "$tmp/python/nbd"
expect 1024 "$tmp/env/bin/nbdsh" -n -c 'print(1024)'

cd "$tmp/python"
rm methods.c
if "$PYTHON" setup.py --version >"$tmp/log" 2>&1; then
  fail "methods.c is not missed"
fi
grep -q 'run ./bootstrap' "$tmp/log" || fail "$(cat "$tmp/log")"
