// SPDX-License-Identifier: MIT
'use strict';

// Helpers of the tests.  They use the package in the build tree, and servers of
// their own.

const assert = require('node:assert/strict');
const { execFileSync, spawn, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const { setImmediate } = require('node:timers/promises');
const test = require('node:test');
const v8 = require('node:v8');
const vm = require('node:vm');

const top = process.env.top_builddir ?? path.join(__dirname, '../../..');
const packageDirectory =
  path.join(path.resolve(top), 'bindings/node/node_modules/libnbd');
const nbd = require(packageDirectory);

// The garbage collector, for tests that wait for it.
v8.setFlagsFromString('--expose-gc');
const gc = vm.runInNewContext('gc');

const hasNbdkit = spawnSync('nbdkit', ['--version']).status === 0;
const needsNbdkit = { skip: hasNbdkit ? false : 'nbdkit is not installed' };

function nbdkit(...args) {
  return ['nbdkit', '-s', '--exit-with-parent', ...args];
}

// A handle that is closed when the test ends.
function newHandle(t) {
  const h = new nbd.NBD();
  t.after(() => h.close());
  return h;
}

// A handle that is connected to an nbdkit of its own.
async function serve(t, ...args) {
  const h = newHandle(t);
  await h.connectCommand(nbdkit(...args));
  return h;
}

function directory(t) {
  const made = fs.mkdtempSync(path.join(os.tmpdir(), 'causeway-'));
  t.after(() => fs.rmSync(made, { recursive: true }));
  return made;
}

// An nbdkit that listens, and can be killed and started again.
class Server {
  constructor(t, ...args) {
    this.socket = path.join(directory(t), 'socket');
    this.uri = `nbd+unix:///?socket=${this.socket}`;
    this.args = args;
    this.start();
    t.after(() => this.kill());
  }

  start() {
    fs.rmSync(this.socket, { force: true });
    this.child = spawn('nbdkit', ['-f', '--exit-with-parent', '-U', this.socket,
      ...this.args], { stdio: ['ignore', 'ignore', 'inherit'] });
    this.ended = new Promise((resolve) => this.child.on('close', resolve));
  }

  kill() {
    this.child.kill('SIGKILL');
    return this.ended;
  }
}

// A disk on such a server.
async function open(t, server, options) {
  const disk = await nbd.connect(server.uri,
    { connectTimeout: Infinity, ...options });
  t.after(() => disk.close());
  return disk;
}

// A server that sends nothing after the oldstyle handshake.
function silent(t) {
  const socket = path.join(directory(t), 'socket');
  const listener = net.createServer((client) => {
    const hello = Buffer.alloc(152);
    hello.write('NBDMAGIC');
    hello.writeBigUInt64BE(0x00420281861253n, 8);
    hello.writeBigUInt64BE(1048576n, 16);
    hello.writeUInt32BE(1, 24);
    client.on('error', () => {});
    client.write(hello);
    listener.clients.push(client);
    listener.emit('client');
  });
  listener.clients = [];
  t.after(() => {
    listener.clients.forEach((client) => client.destroy());
    listener.close();
  });
  return new Promise((resolve) => {
    listener.listen(socket, () => resolve({ listener, socket }));
  });
}

// A handle that is connected to a silent server.
async function connectToSilence(t) {
  const { listener, socket } = await silent(t);
  const h = newHandle(t);
  await h.connectUnix(socket);
  return { h, listener };
}

// Run a program in a process of its own.  Returns [status, output, errors].
function run(code, ...flags) {
  const start = `const nbd = require(${JSON.stringify(packageDirectory)});\n`;
  const done = spawnSync(process.execPath, [...flags, '-e', start + code],
    { encoding: 'utf8', timeout: 60000 });
  return [done.status, done.stdout, done.stderr];
}

// Wait until the garbage collector has made the condition true.
async function collected(isDone) {
  for (let i = 0; i < 1000 && !isDone(); i++) {
    gc();
    await setImmediate();
  }
  assert.ok(isDone(), 'it was not collected');
}

function fails(code, syscall) {
  return (error) => {
    assert.ok(error instanceof nbd.NbdError, error.stack);
    assert.equal(error.code, code);
    assert.equal(error.errno, -os.constants.errno[code]);
    if (syscall !== undefined) {
      assert.equal(error.syscall, syscall);
    }
    return true;
  };
}

module.exports = {
  Server, assert, collected, connectToSilence, directory, execFileSync, fails,
  gc, nbd, nbdkit, needsNbdkit, newHandle, open, packageDirectory, run, serve, silent,
  test,
};
