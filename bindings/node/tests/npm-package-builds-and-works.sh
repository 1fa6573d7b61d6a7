#!/bin/bash
# SPDX-License-Identifier: MIT
# The package that npm packs contains everything that is needed to build the
# addon for an installed library, and to use it, also as an ECMAScript module.
. "${srcdir:-.}/tests/lib/functions.sh"
[ -z "${LIBNBD_SANITIZERS-}" ] \
  || skip "node does not load a library that has sanitizers"
requires npm pkg-config nbdkit
headers=$(dirname "$(command -v node)")/../include/node
[ -e "$headers/node_api.h" ] || skip "the headers of node are elsewhere"

cd "$tmp"
export HOME=$tmp npm_config_update_notifier=false npm_config_offline=true
npm pack --silent --ignore-scripts "$srcdir/bindings/node" >packed
mkdir node_modules
tar -xzf "$(cat packed)"
mv package node_modules/libnbd

# Do what node-gyp does with binding.gyp.
cd node_modules/libnbd
mapfile -t sources < <("$PYTHON" -c '
import ast
target = ast.literal_eval (open ("binding.gyp").read ())["targets"][0]
print (*target["sources"], sep="\n")')
mkdir -p build/Release
read -ra flags < <(pkg-config --cflags --libs libnbd)
${CC:-cc} -std=gnu11 -D_GNU_SOURCE -shared -fPIC -I"$headers" \
  -o build/Release/nbd.node "${sources[@]}" "${flags[@]}"
cd "$tmp"

cat >program.mjs <<'END'
import { connect, NBD, CMD_FLAG_FUA } from 'libnbd';
const h = new NBD();
await h.connectCommand(['nbdkit', '-s', '--exit-with-parent', 'memory', '1M']);
await h.pwrite(Buffer.from('hello'), 0, { flags: CMD_FLAG_FUA });
console.log(String(await h.pread(5, 0)), typeof connect);
END
expect "hello function" node program.mjs
