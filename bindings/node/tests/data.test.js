// SPDX-License-Identifier: MIT
'use strict';

// Reading, writing, and the map of an export, in both forms of each call.

const {
  assert, fails, nbd, nbdkit, needsNbdkit, newHandle, serve, test,
} = require('./support');

const MIB = 1 << 20;

function pattern(buf, offset) {
  for (let i = 0; i < buf.length; i += 8) {
    assert.equal(buf.readBigUInt64BE(i), BigInt(offset + i));
  }
}

test('read returns the data', needsNbdkit, async (t) => {
  const h = await serve(t, 'pattern', '1M');
  pattern(await h.pread(4096, 8192), 8192);
  pattern(h.preadSync(8, MIB - 8, { flags: 0 }), MIB - 8);
  const into = Buffer.alloc(16);
  assert.equal(await h.pread(into, 16n), into);
  pattern(into, 16);
  const words = new BigUint64Array(2);
  assert.equal(h.preadSync(words, 0), words);
  pattern(Buffer.from(words.buffer), 0);
});

test('more than a request can have is refused at once', needsNbdkit, async (t) => {
  const h = await serve(t, 'null', '1T');
  await assert.rejects(h.pread(h.getSize(), 0), fails('ERANGE'));
  assert.throws(() => h.preadSync(h.getSize(), 0), fails('ERANGE'));
  assert.throws(() => h.preadSync((64 << 20) + 1, 0), fails('ERANGE'));
});

test('write is read back', needsNbdkit, async (t) => {
  const h = await serve(t, 'memory', '1M');
  const data = Buffer.from('All that is written comes back.');
  await h.pwrite(data, 1000, { flags: nbd.CMD_FLAG_FUA });
  await h.flush();
  assert.deepEqual(await h.pread(data.length, 1000), data);
  await h.zero(4, 1000);
  await h.trim(512, 4096);
  await h.cache(512, 0);
  data.fill(0, 0, 4);
  assert.deepEqual(h.preadSync(data.length, 1000), data);
  h.pwriteSync(new Uint16Array([0x4142, 0x4344]), 0);
  assert.equal(String(await h.pread(4, 0)), 'BADC');
  h.zeroSync(4, 0);
  h.trimSync(512, 4096);
  h.cacheSync(512, 0);
  h.flushSync();
  assert.ok(h.statsBytesSent() > data.length);
});

test('any kind of memory can be read into, without copies', needsNbdkit,
  async (t) => {
    const h = await serve(t, 'pattern', '1M');
    const shared = new SharedArrayBuffer(16);
    await h.pread(shared, 0);
    pattern(Buffer.from(shared), 0);
    const whole = new ArrayBuffer(32);
    await h.pread(new DataView(whole, 8, 16), 8);
    pattern(Buffer.from(whole, 8, 16), 8);
    await assert.rejects(h.pread('text', 0), { name: 'TypeError' });
    await assert.rejects(h.pwrite('text', 0), { name: 'TypeError' });
    assert.throws(() => h.preadSync(null, 0), { name: 'TypeError' });
    await assert.rejects(h.pread(-1, 0), { name: 'RangeError' });
    if ('resizable' in ArrayBuffer.prototype) {
      const resizable = new ArrayBuffer(8, { maxByteLength: 16 });
      await assert.rejects(h.pread(resizable, 0), /resizable/);
    }
    await assert.rejects(h.pread(0, 0), fails('EINVAL', 'nbd_aio_pread'));
  });

test('memory in use cannot be moved to another thread', needsNbdkit,
  async (t) => {
    const h = await serve(t, '--filter=delay', 'pattern', '1M', 'rdelay=100ms');
    const memory = new Uint8Array(512);
    const reading = h.pread(memory, 0);
    try {
      structuredClone(memory, { transfer: [memory.buffer] });
    } catch (error) {
      assert.equal(error.name, 'DataCloneError');
    }
    await reading;
    pattern(Buffer.from(memory.buffer), 0);
    const ours = await h.pread(8192, 0);
    structuredClone(ours, { transfer: [ours.buffer] });
    assert.equal(ours.length, 0);
  });

test('structured read shows chunks', needsNbdkit, async (t) => {
  const h = newHandle(t);
  h.connectCommandSync(nbdkit('data', 'size=128K', 'data=@32768 1*32768'));
  const buf = Buffer.alloc(131072);
  const forms = [h.preadStructured, h.preadStructuredSync];
  for (const form of forms) {
    let length = 0;
    await form.call(h, buf, 0, (subbuf, offset, status, error) => {
      assert.ok([nbd.READ_DATA, nbd.READ_HOLE].includes(status));
      assert.equal(subbuf.buffer, buf.buffer);
      assert.equal(subbuf.byteOffset, buf.byteOffset + offset);
      assert.equal(error, 0);
      length += subbuf.length;
    });
    assert.equal(length, buf.length);
    assert.equal(buf[32768], 1);
  }
});

test('block status in each form', needsNbdkit, async (t) => {
  const h = newHandle(t);
  h.setRequestExtendedHeaders(false);
  h.addMetaContext(nbd.CONTEXT_BASE_ALLOCATION);
  await h.connectCommand(nbdkit('data', 'data=@5368709120 1', 'size=6G'));
  const size = h.getSize();
  let at = 0, data = 0;
  const add = (context, offset, entries, error) => {
    assert.deepEqual([context, offset, error], ['base:allocation', at, 0]);
    for (const { length, flags } of entries) {
      at += length;
      data += flags === 0 ? length : 0;
    }
  };
  while (at < size) {
    await h.blockStatus64(size - at, at, add);
  }
  assert.deepEqual([at, data], [6 * 1024 * MIB, 32768]);
  at = 0;
  h.blockStatusSync(MIB, 0, add);
  assert.equal(at, MIB);
  at = 0;
  await h.blockStatus(MIB, 0, add, { flags: nbd.CMD_FLAG_REQ_ONE });
  assert.equal(at, MIB);
  assert.equal(h.canBlockStatusPayload(), false);
  await assert.rejects(h.blockStatusFilter(MIB, 0, ['base:allocation'], add),
    fails('ENOTSUP'));
});

test('a thousand reads at once', needsNbdkit, async (t) => {
  const h = await serve(t, 'pattern', '1M');
  const reads = Array.from({ length: 1000 }, (_, i) => h.pread(512, 512 * i));
  assert.equal(h.aioInFlight(), 1000);
  (await Promise.all(reads)).forEach((buf, i) => pattern(buf, 512 * i));
  assert.equal(h.aioInFlight(), 0);
});

test('numbers beyond 2^53 are BigInts', needsNbdkit, async (t) => {
  const h = await serve(t, 'null', '4611686018427387904');
  assert.equal(h.getSize(), 1n << 62n);
  assert.equal((await h.pread(8, (1n << 62n) - 8n)).length, 8);
  const wrong = { name: 'RangeError', code: 'ERR_OUT_OF_RANGE' };
  await assert.rejects(h.pread(8, 2 ** 53), wrong);
  await assert.rejects(h.pread(8, 1.5), wrong);
  await assert.rejects(h.pread(8, -1n), wrong);
  await assert.rejects(h.pread(8, 1n << 64n), wrong);
  await assert.rejects(h.pread(8, '0'), { name: 'TypeError' });
});
