#!/bin/bash
# SPDX-License-Identifier: MIT
. "${srcdir:-.}/tests/lib/fuse.sh"
requires xz
requires_nbdkit plugin curl filter xz

random_file "$tmp/disk" 2M
truncate -s 12M "$tmp/disk"
mkdir "$tmp/web"
xz --block-size=1MiB --stdout "$tmp/disk" >"$tmp/web/disk.xz"

# The web server prints its port when it listens.
cat >"$tmp/web.py" <<'PYTHON'
import http.server
import os
import re
import sys


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves ranges, which nbdkit needs."""

    def send_head(self):
        span = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range") or "")
        if span is None:
            self.response = 200
            return super().send_head()
        file = open(self.translate_path(self.path), "rb")
        size = os.fstat(file.fileno()).st_size
        begin, end = int(span[1]), min(int(span[2] or size - 1), size - 1)
        file.seek(begin)
        self.send_response(206)
        self.send_header("Content-Range", f"bytes {begin}-{end}/{size}")
        self.send_header("Content-Length", str(end + 1 - begin))
        self.send_header("Accept-Ranges", "bytes")
        self.end_headers()
        self.span = end + 1 - begin
        return file

    def copyfile(self, source, outputfile):
        outputfile.write(source.read(getattr(self, "span", -1)))

    def end_headers(self):
        if getattr(self, "response", 0):
            self.send_header("Accept-Ranges", "bytes")
        super().end_headers()

    def log_message(self, *arguments):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
os.chdir(sys.argv[1])
server.serve_forever()
PYTHON
exec {web}< <(exec "$system_python" "$tmp/web.py" "$tmp/web")
servers+=("$!")
read -r port <&"$web" || fail "the web server did not start"

start "$mnt/disk" --command \
  nbdkit -s curl --filter=xz "http://127.0.0.1:$port/disk.xz"
expect $((12 << 20)) stat -c %s "$mnt/disk"
expect "$(sha256sum <"$tmp/disk")" sh -c "sha256sum <'$mnt/disk'"
unmount
