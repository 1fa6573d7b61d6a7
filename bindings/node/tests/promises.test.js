// SPDX-License-Identifier: MIT
'use strict';

// Signals, callbacks that throw exceptions, and commands whose handle is closed.

const {
  assert, connectToSilence, fails, nbd, needsNbdkit, newHandle, open, run, serve,
  Server, silent, test,
} = require('./support');

test('a signal that is aborted already starts nothing', async (t) => {
  const { h } = await connectToSilence(t);
  const sent = h.statsBytesSent();
  const reason = new Error('no');
  for (const signal of [AbortSignal.abort(), AbortSignal.abort(reason)]) {
    await assert.rejects(h.pread(512, 0, { signal }), signal.reason);
    await assert.rejects(h.disconnect({ signal }), signal.reason);
  }
  assert.equal(h.statsBytesSent(), sent);
  assert.equal(h.aioInFlight(), 0);
  await assert.rejects(h.pread(512, 0, { signal: {} }), { name: 'TypeError' });
});

test('a signal cancels what is in flight', async (t) => {
  const { h } = await connectToSilence(t);
  const controller = new AbortController();
  const { signal } = controller;
  const memory = Buffer.alloc(512, 'x');
  const reads = Array.from({ length: 100 }, () =>
    h.pread(512, 0, { signal }));
  reads.push(h.pread(memory, 0, { signal }));
  const other = h.pread(512, 0);
  assert.equal(h.aioInFlight(), 102);
  controller.abort();
  assert.equal(h.aioInFlight(), 1);
  for (const read of reads) {
    await assert.rejects(read, { name: 'AbortError' });
  }
  h.close();
  await assert.rejects(other, fails('ENOTCONN', 'nbd_aio_pread'));
});

test('a timeout ends a command', async (t) => {
  const { h } = await connectToSilence(t);
  await assert.rejects(h.pread(512, 0, { signal: AbortSignal.timeout(10) }),
    { name: 'TimeoutError' });
});

test('a signal ends connecting', async (t) => {
  const { listener, socket } = await silent(t);
  listener.removeAllListeners('connection');
  const controller = new AbortController();
  const h = newHandle(t);
  listener.on('connection', () => controller.abort());
  await assert.rejects(h.connectUnix(socket, { signal: controller.signal }),
    { name: 'AbortError' });
  assert.equal(h.closed, true);
  await assert.rejects(nbd.connect(`nbd+unix:///?socket=${socket}`,
    { signal: AbortSignal.timeout(10) }), { name: 'TimeoutError' });
});

test('a callback of the handle can abort a signal', async (t) => {
  const { h } = await connectToSilence(t);
  const controller = new AbortController();
  const { signal } = controller;
  const pending = [h.pread(512, 0, { signal }), h.pread(512, 0, { signal })];
  h.setDebugCallback(() => controller.abort());
  h.setDebug(true);
  for (const read of pending) {
    await assert.rejects(read, { name: 'AbortError' });
  }
  assert.equal(h.aioInFlight(), 0);

  const leaving = new AbortController();
  const ending = h.shutdown({ signal: leaving.signal });
  h.setDebugCallback(() => leaving.abort());
  await assert.rejects(ending, { name: 'AbortError' });
  assert.equal(h.closed, true);
});

test('what a callback throws fails its command', needsNbdkit, async (t) => {
  const h = newHandle(t);
  h.addMetaContext('base:allocation');
  await h.connectCommand(['nbdkit', '-s', 'memory', '1M']);
  const thrown = new Error('mine');
  const fail = () => {
    throw thrown;
  };
  await assert.rejects(h.blockStatus64(512, 0, fail), thrown);
  await assert.rejects(h.preadStructured(512, 0, fail), thrown);
  assert.throws(() => h.preadStructuredSync(512, 0, fail), thrown);
  assert.throws(() => h.blockStatusSync(512, 0, fail), thrown);
  assert.throws(() => h.blockStatusSync(512, 0, 1), { name: 'TypeError' });
  assert.equal((await h.pread(512, 0)).length, 512);
});

test('a call from a callback of the same handle is refused', needsNbdkit,
  async (t) => {
    const h = newHandle(t);
    h.addMetaContext('base:allocation');
    await h.connectCommand(['nbdkit', '-s', 'memory', '1M']);
    await assert.rejects(h.blockStatus64(512, 0, () => h.getSize()),
      fails('EDEADLK', 'nbd_get_size'));
    await assert.rejects(h.blockStatus64(512, 0, () => h.close()),
      fails('EDEADLK', 'nbd_close'));
    await h.blockStatus64(512, 0, () => assert.equal(h.aioIsDead(), false));
    assert.throws(() => h.blockStatusSync(512, 0, () => h.close()),
      fails('EDEADLK'));
    await h.pread(512, 0);
  });

test('debug callback sees messages', (t) => {
  const h = newHandle(t);
  const lines = [];
  h.setDebugCallback((context, message) => lines.push([context, message]));
  h.setDebug(true);
  h.setExportName('disk');
  h.setDebug(false);
  assert.ok(lines.some(([context, message]) =>
    context === 'nbd_set_export_name' && message.includes('"disk"')));
});

test('what a lasting callback throws is an uncaught exception', () => {
  const [status, output] = run(`
    const h = new nbd.NBD();
    h.setDebugCallback(() => { throw new Error('from below'); });
    h.setDebug(true);
    process.once('uncaughtException', (error) => {
      console.log(error.message);
      process.exit(3);
    });
    h.setExportName('x');
    console.log('goes on');`);
  assert.deepEqual([status, output], [3, 'goes on\nfrom below\n']);
});

test('rejections that nobody handles end the program', () => {
  const [status, , errors] = run('new nbd.NBD().pread(512, 0);');
  assert.equal(status, 1);
  assert.match(errors, /NbdError: nbd_aio_pread:.*\n[^]*code: 'ENOTCONN'/);
});

test('closing fails commands in flight, and calls after it', async (t) => {
  const { h } = await connectToSilence(t);
  const reads = [h.pread(512, 0), h.pread(512, 0), h.shutdown()];
  h.close();
  h.close();
  for (const read of reads) {
    await assert.rejects(read, fails(read === reads[2] ? 'EBADF' : 'ENOTCONN'));
  }
  await assert.rejects(h.pread(512, 0), fails('EBADF', 'nbd_aio_pread'));
  assert.throws(() => h.getSize(), fails('EBADF', 'nbd_get_size'));
});

test('a dying server fails commands in flight', async (t) => {
  const { h, listener } = await connectToSilence(t);
  const read = h.pread(512, 0);
  listener.clients[0].destroy();
  await assert.rejects(read, fails('ENOTCONN', 'nbd_aio_pread'));
  await assert.rejects(read, /^NbdError: nbd_aio_pread: read: command failed: /);
  assert.equal(h.aioIsDead(), true);
  await assert.rejects(h.pread(512, 0), fails('EINVAL', 'nbd_aio_pread'));
});

test('a disk outlives its server, and events tell of it', needsNbdkit,
  async (t) => {
    const server = new Server(t, 'data', '1 2 3 4', 'size=512');
    const events = [];
    const disk = await open(t, server, {
      reconnectTimeout: Infinity,
      setup: (h) => h.setEventCallback((...args) => events.push(args)),
    });
    await server.kill();
    const read = disk.pread(4, 0);
    server.start();
    assert.deepEqual([...await read], [1, 2, 3, 4]);
    assert.equal(disk.handle.statsReconnects(), 1);
    const numbers = events.map(([number]) => number);
    assert.deepEqual(numbers.slice(-1), [nbd.EVENT_BACK]);
    assert.ok(numbers.includes(nbd.EVENT_LOST));
    assert.match(events.at(-1)[1], new RegExp(`after ${events.at(-1)[2]} ms`));
  });

test('shutting down waits for commands', needsNbdkit, async (t) => {
  const h = await serve(t, '--filter=delay', 'memory', '1M', 'rdelay=50ms');
  const read = h.pread(512, 0);
  await h.shutdown();
  assert.equal((await read).length, 512);
  assert.equal(h.aioIsClosed(), true);
  const other = await serve(t, '--filter=delay', 'memory', '1M', 'rdelay=60');
  const lost = assert.rejects(other.pread(512, 0), nbd.NbdError);
  await other.shutdown({ flags: nbd.SHUTDOWN_ABANDON_PENDING });
  other.close();
  await lost;
});
