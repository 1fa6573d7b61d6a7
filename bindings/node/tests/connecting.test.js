// SPDX-License-Identifier: MIT
'use strict';

// Connecting to servers, settings, and option mode.

const {
  assert, fails, nbd, nbdkit, needsNbdkit, newHandle, serve, silent, test,
} = require('./support');

test('connects to addresses', async (t) => {
  const { socket } = await silent(t);
  for (const address of [socket, { path: socket }]) {
    const h = newHandle(t);
    await h.connect(address);
    assert.equal(h.getSize(), 1048576);
  }
  const h = newHandle(t);
  for (const host of ['127.0.0.1', '::1']) {
    await assert.rejects(h.connect({ host, port: 1 }),
      (error) => error instanceof nbd.NbdError);
  }
  for (const wrong of [1, null, {}, { port: 1 }, { host: 'localhost', port: 1 },
    { path: 'x'.repeat(200) }, 'a\0b']) {
    await assert.rejects(h.connect(wrong), /nbd_aio_connect: addr must be/);
  }
});

test('connects by socket activation and by URI', needsNbdkit, async (t) => {
  const h = newHandle(t);
  h.setUriAllowLocalFile(true);
  await h.connectSystemdSocketActivation(['nbdkit', '-f', 'memory', '64K']);
  assert.equal(h.getSize(), 65536);
  const other = newHandle(t);
  await other.connectUri(h.getUri());
  assert.equal(other.getSize(), 65536);
  other.close(); // the child of h ends after its last client
});

test('a connection that fails says why', async (t) => {
  const h = newHandle(t);
  await assert.rejects(h.connectUnix('/nowhere/socket'), fails('ENOENT'));
  await assert.rejects(h.connectUnix(1), { name: 'TypeError' });
  await assert.rejects(h.connectCommand([]), fails('EINVAL'));
  await assert.rejects(h.connectCommand(['a', 'b\0']), /character of value 0/);
  await assert.rejects(newHandle(t).connectCommand(['false']),
    (error) => error instanceof nbd.NbdError);
});

test('every setting can be set and read', (t) => {
  const h = newHandle(t);
  h.setDebugCallback(() => 0);
  for (const name of ['Debug', 'FullInfo', 'TlsVerifyPeer',
    'RequestExtendedHeaders', 'RequestStructuredReplies', 'RequestMetaContext',
    'RequestBlockSize', 'PreadInitialize', 'OptMode']) {
    const before = h[`get${name}`]();
    h[`set${name}`](!before);
    assert.equal(h[`get${name}`](), !before, name);
    h[`set${name}`](before);
    assert.throws(() => h[`set${name}`](1), { name: 'TypeError' });
  }
  h.clearDebugCallback();
  for (const name of ['HandleName', 'ExportName', 'TlsUsername', 'TlsHostname',
    'TlsPriority', 'SocketActivationName']) {
    h[`set${name}`]('NORMAL');
    assert.equal(h[`get${name}`](), 'NORMAL', name);
  }
  h.setExportName('Größe \u{1f4be}');
  assert.equal(h.getExportName(), 'Größe \u{1f4be}');
  for (const name of ['Reconnect', 'Connect', 'Command', 'Stall']) {
    for (const time of [-1, 0, 250]) {
      h[`set${name}Timeout`](time);
      assert.equal(h[`get${name}Timeout`](), time);
    }
  }
  h.setUnflushedPolicy(nbd.UNFLUSHED_STRICT);
  assert.equal(h.getUnflushedPolicy(), nbd.UNFLUSHED_STRICT);
  h.setJournalSize(1n << 40n);
  assert.equal(h.getJournalSize(), 2 ** 40);
  h.setConnections(16);
  assert.equal(h.getConnections(), 16);
  h.setStrictMode(nbd.STRICT_FLAGS);
  assert.equal(h.getStrictMode(), nbd.STRICT_FLAGS);
  h.setPrivateData(2n ** 64n - 1n);
  assert.equal(h.getPrivateData(), 2n ** 64n - 1n);
  h.setTlsCertificates(new URL('file:///nowhere'));
  h.setTlsPskFile(Buffer.from('/nowhere/keys'));
  h.addMetaContext('x:y');
  assert.deepEqual([h.getNrMetaContexts(), h.getMetaContext(0)], [1, 'x:y']);
  h.clearMetaContexts();
  assert.throws(() => h.setConnections(0), fails('EINVAL'));
  assert.throws(() => h.setConnections(2 ** 32), { code: 'ERR_OUT_OF_RANGE' });
  assert.equal(h.isUri('nbd://localhost'), true);
  assert.match(h.getVersion(), /^1\./);
});

async function haggle(t, ...args) {
  const h = newHandle(t);
  h.setOptMode(true);
  await h.connectCommand(nbdkit(...args));
  assert.equal(h.aioIsNegotiating(), true);
  return h;
}

test('option mode lists exports', needsNbdkit, async (t) => {
  const seen = [];
  const list = (...args) => seen.push(args);
  const fail = () => {
    throw new Error('enough');
  };
  const uses = [
    async (h) => assert.equal(await h.optList(list), 2),
    (h) => assert.equal(h.optListSync(list), 2),
    (h) => assert.rejects(h.optList(fail), /^Error: enough$/),
  ];
  for (const use of uses) { // nbdkit lists its exports only once
    await use(await haggle(t, 'eval', 'list_exports=echo INTERLEAVED;' +
      ' echo first; echo "the first one"; echo second; echo "the other"',
    'get_size=echo 65536', 'pread=exit 1'));
  }
  const one = [['first', 'the first one'], ['second', 'the other']];
  assert.deepEqual(seen, [...one, ...one]);
});

test('option mode: info, go and meta contexts', needsNbdkit, async (t) => {
  const h = await haggle(t, 'memory', '64K');
  await h.optInfo();
  assert.equal(h.getSize(), 65536);
  assert.equal(await h.optStructuredReply(), true);
  const seen = [];
  const names = (name) => seen.push(name);
  assert.equal(await h.optListMetaContextQueries(['base:'], names), 1);
  assert.equal(await h.optSetMetaContextQueries(['base:allocation', 'x:y'],
    names), 1);
  assert.deepEqual(seen, ['base:allocation', 'base:allocation']);
  h.setRequestMetaContext(false);
  await h.optGo();
  assert.equal(h.aioIsReady(), true);
  assert.equal(h.canMetaContext(nbd.CONTEXT_BASE_ALLOCATION), true);
  await h.shutdown();
  assert.equal(h.aioIsClosed(), true);
});

test('option mode: refusals and the end', needsNbdkit, async (t) => {
  const h = await haggle(t, 'memory', '64K');
  assert.equal(await h.optExtendedHeaders(), false);
  await h.optAbort();
  assert.equal(h.aioIsClosed(), true);
  const other = await haggle(t, 'memory', '64K');
  await other.shutdown();
  assert.equal(other.aioIsClosed(), true);
  await assert.rejects(h.optGo(), fails('EINVAL', 'nbd_aio_opt_go'));
});

test('capabilities are reported', needsNbdkit, async (t) => {
  const h = await serve(t, 'memory', '64K');
  for (const name of ['canFlush', 'canFua', 'canTrim', 'canZero', 'canDf',
    'getStructuredRepliesNegotiated']) {
    assert.equal(h[name](), true, name);
  }
  assert.equal(h.isReadOnly(), false);
  assert.equal(h.getProtocol(), 'newstyle-fixed');
  assert.ok(h.getBlockSize(nbd.SIZE_PAYLOAD) >= 1048576);
  assert.throws(() => newHandle(t).canFlush(), fails('ENOTCONN'));
});
