// SPDX-License-Identifier: MIT
'use strict';

// Handles and the garbage collector, workers, and the end of a process.

const { once } = require('node:events');
const { Worker } = require('node:worker_threads');
const {
  assert, collected, connectToSilence, gc, nbd, nbdkit, needsNbdkit, packageDirectory,
  run, serve, silent, test,
} = require('./support');

// In a function of its own, so that no reference stays on the stack.
async function forget(socket, use) {
  const h = new nbd.NBD();
  await h.connectUnix(socket);
  use(h);
}

test('a handle that nothing refers to is closed', async (t) => {
  const { listener, socket } = await silent(t);
  const uses = [
    () => {},
    (h) => h.setEventCallback(() => h.getSize()), // a cycle
    (h) => h.setDebugCallback(() => h),
  ];
  for (const use of uses) {
    await forget(socket, use);
    const client = listener.clients.at(-1).resume();
    await collected(() => client.readableEnded || client.destroyed);
  }
});

test('commands in flight keep their handle and memory', async (t) => {
  const { listener, socket } = await silent(t);
  let reading;
  await forget(socket, (h) => {
    reading = h.pread(8, 0);
  });
  const [client] = listener.clients;
  const [request] = await once(client, 'data');
  for (let i = 0; i < 5; i++) {
    gc();
    await new Promise(setImmediate);
  }
  const reply = Buffer.alloc(24, 'x');
  reply.writeUInt32BE(0x67446698, 0);
  reply.writeUInt32BE(0, 4);
  request.copy(reply, 8, 8, 16);
  client.write(reply);
  assert.equal(String(await reading), 'xxxxxxxx');
  client.resume();
  await collected(() => client.readableEnded || client.destroyed);
});

test('a thousand handles without a leak', async () => {
  const many = () => {
    for (let i = 0; i < 1000; i++) {
      const h = new nbd.NBD();
      h.setDebugCallback(() => h);
      if (i % 2) {
        h.close();
      }
    }
  };
  let alive = 1;
  const registry = new FinalizationRegistry(() => alive--);
  registry.register(new nbd.NBD());
  many();
  await collected(() => alive === 0);
});

test('a process ends while commands are in flight', needsNbdkit, () => {
  const start = `
    const h = new nbd.NBD();
    h.connectCommandSync(${JSON.stringify(nbdkit('--filter=delay', 'memory',
      '1M', 'rdelay=60'))});
    h.setDebugCallback(() => {});
    h.setDebug(true);
    for (let i = 0; i < 10; i++) h.pread(512, 0).catch(() => {});
    `;
  assert.deepEqual(run(`${start} process.exit(3);`), [3, '', '']);
  assert.deepEqual(run(`${start} setImmediate(() => process.exit(4));`),
    [4, '', '']);
  assert.deepEqual(run(`${start} setImmediate(() => h.close());`), [0, '', '']);
  assert.deepEqual(run(`${start}
    h.blockStatus(1, 0, () => {}).catch(() => process.exit(5));`), [5, '', '']);
});

test('what keeps a process alive', needsNbdkit, () => {
  const start = `
    (async () => {
      const h = new nbd.NBD();
      await h.connectCommand(${JSON.stringify(nbdkit('memory', '1M'))});
      process.on('exit', () => console.log('exit', h.closed));
      `;
  const ends = (code) => run(`${start} ${code} })();`)[1];
  assert.equal(ends('await h.pread(512, 0);'), 'exit false\n');
  assert.equal(ends('h.pread(512, 0).then((b) => console.log(b.length));'),
    '512\nexit false\n');
  assert.equal(ends('new nbd.Disk(h).unref();'), 'exit false\n');
  assert.equal(ends(`
    const disk = new nbd.Disk(h);
    setTimeout(() => disk.shutdown(), 1).unref();`), 'exit true\n');
  assert.equal(ends(`h.ref(); setTimeout(() => h.killSubprocess(9), 1).unref();`),
    'exit false\n');
});

const WORKER = `
const { parentPort, workerData } = require('node:worker_threads');
const { NBD } = require(workerData.packageDirectory);
(async () => {
  const h = new NBD();
  await h.connectUnix(workerData.socket);
  const reads = Array.from({ length: 10 }, () => h.pread(512, 0));
  parentPort.postMessage(h.aioInFlight());
  if (workerData.throws) throw new Error('the worker fails');
  await Promise.all(reads);
})();
`;

test('workers end while commands are in flight', async (t) => {
  const { listener, socket } = await silent(t);
  for (const throws of [false, true]) {
    const worker = new Worker(WORKER, {
      eval: true, workerData: { packageDirectory, socket, throws },
    });
    if (throws) {
      const [error] = await once(worker, 'error');
      assert.equal(error.message, 'the worker fails');
    } else {
      assert.deepEqual(await once(worker, 'message'), [10]);
      await worker.terminate();
    }
    const client = listener.clients.at(-1).resume();
    if (!client.readableEnded && !client.destroyed) {
      await once(client, 'close');
    }
  }
  const { h } = await connectToSilence(t); // this thread continues
  assert.equal(h.getSize(), 1048576);
});

test('workers read at the same time', needsNbdkit, async (t) => {
  const read = `
    const { parentPort, workerData } = require('node:worker_threads');
    const { NBD } = require(workerData.packageDirectory);
    (async () => {
      const h = new NBD();
      await h.connectCommand(workerData.command);
      const data = await h.pread(4096, 0);
      await h.shutdown();
      parentPort.postMessage(data, [data.buffer]);
    })();`;
  const command = nbdkit('data', '1 2 3 4', 'size=1M');
  const workers = [1, 2].map(() => new Worker(read, {
    eval: true, workerData: { packageDirectory, command },
  }));
  for (const message of await Promise.all(workers.map((worker) =>
    once(worker, 'message')))) {
    assert.deepEqual([...message[0].subarray(0, 4)], [1, 2, 3, 4]);
  }
  const h = await serve(t, 'memory', '1M');
  assert.equal((await h.pread(4, 0)).length, 4);
});
