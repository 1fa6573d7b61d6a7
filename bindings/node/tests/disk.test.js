// SPDX-License-Identifier: MIT
'use strict';

// Disks: reads like those of files, streams, and the map.

const { pipeline } = require('node:stream/promises');
const { Writable } = require('node:stream');
const { extents } =
  require(`${require('./support').packageDirectory}/lib/extents`);
const {
  Server, assert, fails, nbd, needsNbdkit, open, test,
} = require('./support');

const MIB = 1 << 20;

// The byte at an offset of nbdkit's pattern plugin.
function patternAt(offset) {
  const word = Buffer.alloc(8);
  word.writeBigUInt64BE(BigInt(offset - offset % 8));
  return word[offset % 8];
}

function isPattern(buf, offset) {
  for (let i = 0; i < buf.length; i++) {
    if (buf[i] !== patternAt(offset + i)) {
      assert.fail(`byte ${offset + i} is ${buf[i]}`);
    }
  }
}

test('a disk has the commands of its handle', needsNbdkit, async (t) => {
  const disk = await open(t, new Server(t, 'memory', '1M'));
  assert.equal(disk.size, MIB);
  const data = Buffer.from('hello');
  await disk.pwrite(data, 10);
  assert.deepEqual(await disk.pread(5, 10), data);
  const into = new Uint8Array(5);
  assert.equal(await disk.preadInto(into, 10n), into);
  assert.equal(String.fromCharCode(...into), 'hello');
  await assert.rejects(disk.preadInto(5, 10), { name: 'TypeError' });
  await disk.zero(2, 10, { flags: nbd.CMD_FLAG_NO_HOLE });
  await disk.cache(5, 10);
  await disk.flush();
  assert.equal(String(await disk.pread(5, 10)), '\0\0llo');
  await disk.trim(MIB, 0);
  await assert.rejects(disk.pread(2, MIB - 1), fails('EINVAL'));
  await disk.shutdown();
  assert.equal(disk.closed, true);
  await assert.rejects(disk.pread(1, 0), fails('EBADF'));
});

test('connect sets what it is told', needsNbdkit, async (t) => {
  const server = new Server(t, 'memory', '1M');
  const seen = [];
  const disk = await open(t, server, {
    connections: 2, reconnectTimeout: Infinity, commandTimeout: 60000,
    stallTimeout: 30000, contexts: [],
    setup: async (h) => seen.push(h.getConnections(), h.getNrMetaContexts()),
  });
  assert.deepEqual(seen, [2, 0]);
  const h = disk.handle;
  assert.deepEqual([h.getReconnectTimeout(), h.getConnectTimeout(),
    h.getCommandTimeout(), h.getStallTimeout()], [-1, -1, 60000, 30000]);
  await assert.rejects(disk.extents().next(), /no metadata context.*connect/);
  await assert.rejects(nbd.connect(new URL('nbd+unix:///?socket=/nowhere')),
    fails('ENOENT'));
  await assert.rejects(nbd.connect(server.uri, { connections: 0 }),
    fails('EINVAL'));
  const setup = () => {
    throw new Error('not ready');
  };
  await assert.rejects(nbd.connect(server.uri, { setup }), /^Error: not ready/);
});

test('reads like those of files', needsNbdkit, async (t) => {
  const server = new Server(t, '--filter=blocksize-policy', 'pattern',
    'size=1M', 'blocksize-minimum=4096', 'blocksize-maximum=64K',
    'blocksize-preferred=4096', 'blocksize-error-policy=error');
  const disk = await open(t, server);
  await assert.rejects(disk.pread(5, 3), fails('EINVAL'));
  const buffer = Buffer.alloc(200000, 'x');
  const result = await disk.read(buffer, 5, 150000, 4095);
  assert.equal(result.buffer, buffer);
  assert.equal(result.bytesRead, 150000);
  isPattern(buffer.subarray(5, 150005), 4095);
  assert.equal(String(buffer.subarray(0, 5)), 'xxxxx');
  assert.equal(buffer[150005], 'x'.charCodeAt());
  assert.equal((await disk.read(buffer, 0, 100, MIB - 10)).bytesRead, 10);
  assert.equal((await disk.read(buffer, 0, 100, MIB + 10)).bytesRead, 0);
  const first = await disk.read();
  isPattern(first.buffer, 0);
  isPattern((await disk.read({ length: 8 })).buffer.subarray(0, 8), 16384);
  const one = await disk.read(Buffer.alloc(8), { position: 8n });
  isPattern(one.buffer, 8);
  await assert.rejects(disk.read(buffer, 0, 200001), { name: 'RangeError' });
  await assert.rejects(disk.read(buffer, -1), { name: 'RangeError' });
});

test('lengths and positions are integers', needsNbdkit, async (t) => {
  const disk = await open(t, new Server(t, 'memory', '1M'));
  const refused = { name: 'RangeError', code: 'ERR_OUT_OF_RANGE' };
  await assert.rejects(disk.pread(1.5, 0), refused);
  await assert.rejects(disk.pread(1, 1.5), refused);
  await assert.rejects(disk.read(Buffer.alloc(8), 0, 8, 1.5), refused);
});

test('a stream is read ahead', needsNbdkit, async (t) => {
  const disk = await open(t, new Server(t, 'pattern', '4M'));
  let at = 1001, most = 0;
  await pipeline(disk.readable({ start: 1001, end: 3 * MIB }),
    new Writable({
      write(chunk, _, done) {
        isPattern(chunk.subarray(0, 16), at);
        isPattern(chunk.subarray(-16), at + chunk.length - 16);
        at += chunk.length;
        most = Math.max(most, disk.handle.aioInFlight());
        setImmediate(done);
      },
    }));
  assert.equal(at, 3 * MIB + 1);
  assert.ok(most > 1, 'only one read was under way');
  for await (const chunk of disk.readable()) {
    isPattern(chunk.subarray(0, 16), 0);
    break; // the other reads are cancelled
  }
  assert.equal(disk.handle.aioInFlight(), 0);
  const empty = disk.readable({ start: 4 * MIB });
  assert.equal((await empty.toArray()).length, 0);
  assert.throws(() => disk.readable({ start: 4 * MIB + 1 }), RangeError);
  const { signal } = new AbortController();
  assert.equal((await disk.readable({ end: 9, signal }).toArray()).length, 1);
  const aborted = disk.readable({ signal: AbortSignal.abort() });
  await assert.rejects(aborted.toArray(), { name: 'AbortError' });
});

test('a stream asks for no more than the server allows', needsNbdkit,
  async (t) => {
    const server = new Server(t, '--filter=blocksize-policy', 'pattern', '1M',
      'blocksize-minimum=512', 'blocksize-preferred=4096',
      'blocksize-maximum=64K', 'blocksize-error-policy=error');
    const disk = await open(t, server);
    assert.equal(Buffer.concat(await disk.readable().toArray()).length, MIB);
  });

test('a stream tells of errors where they are, after one more try', needsNbdkit,
  async (t) => {
    const server = new Server(t, 'eval', 'get_size=echo 4194304',
      'pread=if [ $4 -ge 2097152 ] || ! [ -e $tmpdir/$4 ]; then' +
        ' : >$tmpdir/$4; echo EIO bad sector >&2; exit 1; fi;' +
        ' head -c $3 /dev/zero');
    const disk = await open(t, server);
    let length = 0;
    await assert.rejects(async () => {
      for await (const chunk of disk.readable()) {
        length += chunk.length;
      }
    }, fails('EIO'));
    assert.equal(length, 2 * MIB);
  });

test('extents cover a range', needsNbdkit, async (t) => {
  const server = new Server(t, 'data', 'data=@5368709120 1', 'size=6G');
  const disk = await open(t, server, {
    setup: (h) => h.setRequestExtendedHeaders(false),
  });
  const hole = { hole: true, zero: true, data: false, flags: 3 };
  const data = { hole: false, zero: false, data: true, flags: 0 };
  const at = 5120 * MIB;
  const all = [];
  for await (const extent of disk.extents()) {
    all.push(extent);
  }
  assert.deepEqual(all, [
    { offset: 0, length: at, ...hole },
    { offset: at, length: 32768, ...data },
    { offset: at + 32768, length: 1024 * MIB - 32768, ...hole },
  ]);
  const some = [];
  const range = { offset: at - 1, length: 2, contexts: ['base:allocation'] };
  for await (const extent of disk.extents(range)) {
    some.push([extent.offset, extent.length, extent.flags['base:allocation']]);
  }
  assert.deepEqual(some, [[at - 1, 1, 3], [at, 1, 0]]);
  assert.equal((await disk.extents({ length: 0 }).next()).done, true);
  const wrong = [
    [{ contexts: 'x:y' }, /x:y was not negotiated, only base:allocation/],
    [{ contexts: [] }, /at least one/],
    [{ offset: 7 * 1024 * MIB }, /beyond the end of the export/],
    [{ offset: -1 }, /offset -1/],
    [{ signal: AbortSignal.abort() }, { name: 'AbortError' }],
  ];
  for (const [options, error] of wrong) {
    await assert.rejects(disk.extents(options).next(), error);
  }
});

// A disk with given replies about its map: for each request, a flat list of lengths
// and flags of each context.
function mapped(size, ...replies) {
  const contexts = Object.keys(replies[0]);
  const asked = [];
  const handle = {
    getNrMetaContexts: () => contexts.length,
    getMetaContext: (i) => contexts[i],
    canMetaContext: () => true,
    getExtendedHeadersNegotiated: () => true,
    async blockStatus64(length, from, extent, { signal }) {
      asked.push({ from, signal });
      for (const [name, list] of Object.entries(replies[asked.length - 1])) {
        const entries = [];
        for (let i = 0; i < list.length; i += 2) {
          entries.push({ length: list[i], flags: list[i + 1] });
        }
        extent(name, from, entries, 0);
      }
    },
  };
  return { disk: { size, minimumBlock: 1, handle }, asked };
}

async function all(disk, options) {
  const found = [];
  for await (const { offset, length, flags } of extents(disk, options)) {
    found.push([offset, length, ...Object.values(flags)]);
  }
  return found;
}

test('contexts that the server has not granted are left out', needsNbdkit,
  async (t) => {
    const contexts = ['qemu:dirty-bitmap:b', 'base:allocation'];
    const disk = await open(t, new Server(t, 'memory', '1M'), { contexts });
    const found = [];
    for await (const { offset, length, flags } of disk.extents()) {
      found.push([offset, length, flags]);
    }
    assert.deepEqual(found, [[0, MIB, 3]]);
    await assert.rejects(disk.extents({ contexts }).next(),
      /qemu:dirty-bitmap:b was not negotiated, only base:allocation/);
  });

test('one context can be named without a list', needsNbdkit, async (t) => {
  const contexts = 'base:allocation';
  const disk = await open(t, new Server(t, 'memory', '1M'), { contexts });
  assert.equal(disk.handle.canMetaContext(contexts), true);
});

test('extents combine contexts, and merge across answers', async () => {
  const { disk, asked } = mapped(100,
    { a: [10, 0, 30, 1], b: [20, 0, 10, 0] },
    { a: [30, 1, 50, 1], b: [70, 5, 90, 5] });
  assert.deepEqual(await all(disk),
    [[0, 10, 0, 0], [10, 20, 1, 0], [30, 70, 1, 5]]);
  assert.deepEqual(asked.map(({ from }) => from), [0, 30]);
});

test('extents refuse answers that lead nowhere', async () => {
  const nothing = mapped(100, { a: [0, 0] });
  await assert.rejects(all(nothing.disk), fails('EPROTO'));
  const { disk } = mapped(100, { a: [100, 0], b: [100, 0] });
  disk.handle.blockStatus64 = async (length, from, extent) =>
    extent('a', from, [{ length: 100, flags: 0 }], 0);
  await assert.rejects(all(disk), /did not answer for b/);
});

test('extents are asked for one answer ahead, and no further', async () => {
  const { disk, asked } = mapped(100, { a: [10, 0] }, { a: [10, 1] },
    { a: [10, 0] }, { a: [70, 1] });
  const iterator = extents(disk);
  await iterator.next();
  assert.equal(asked.length, 3); // the second reply ended the first extent
  await iterator.return();
  assert.equal(asked[2].signal.aborted, true);
});
