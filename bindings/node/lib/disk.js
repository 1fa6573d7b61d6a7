// SPDX-License-Identifier: MIT
'use strict';

// A connected export, which is what most programs want.

const { NBD } = require('./nbd');
const { NbdError, fail } = require('./core');
const { bytesOf, namesOf, rangeError, typeError } = require('./arguments');
const { SIZE_MAXIMUM, SIZE_MINIMUM, CONTEXT_BASE_ALLOCATION } =
  require('./constants');
const { extents } = require('./extents');
const { DiskReadable } = require('./readable');

const SETTINGS = {
  connections: (nbd, value) => nbd.setConnections(value),
  reconnectTimeout: (nbd, value) => nbd.setReconnectTimeout(milliseconds(value)),
  connectTimeout: (nbd, value) => nbd.setConnectTimeout(milliseconds(value)),
  commandTimeout: (nbd, value) => nbd.setCommandTimeout(milliseconds(value)),
  stallTimeout: (nbd, value) => nbd.setStallTimeout(milliseconds(value)),
};

function milliseconds(value) {
  return value === Infinity ? -1 : value;
}

async function connect(uri, options = {}) {
  const { contexts = [CONTEXT_BASE_ALLOCATION], setup, signal } = options;
  const nbd = new NBD();
  try {
    signal?.throwIfAborted();
    for (const [name, set] of Object.entries(SETTINGS)) {
      if (options[name] !== undefined) {
        set(nbd, options[name]);
      }
    }
    for (const context of namesOf(contexts)) {
      nbd.addMetaContext(context);
    }
    await setup?.(nbd);
    await nbd.connectUri(String(uri), { signal });
    return new Disk(nbd);
  } catch (error) {
    nbd.close();
    throw error;
  }
}

// The longest request of a longer read.
const LONGEST_READ = 32 << 20;

class Disk {
  #position = 0;

  constructor(handle) {
    this.handle = handle;
    this.size = handle.getSize();
    if (typeof this.size === 'bigint') {
      throw fail('EOVERFLOW', `an export of ${this.size} bytes is too large` +
        ' for the numbers of a Disk; use an NBD', 'connect');
    }
    this.minimumBlock = Math.max(1, handle.getBlockSize(SIZE_MINIMUM));
    const most = handle.getBlockSize(SIZE_MAXIMUM) || LONGEST_READ;
    this.maximumRead = Math.min(LONGEST_READ, Number(most));
    handle.ref();
  }

  pread(length, position, options) {
    return this.handle.pread(length, position, options);
  }

  preadInto(buffer, position, options) {
    if (typeof buffer !== 'object') {
      return Promise.reject(typeError('buffer must be a Buffer or a view'));
    }
    return this.handle.pread(buffer, position, options);
  }

  pwrite(buffer, position, options) {
    return this.handle.pwrite(buffer, position, options);
  }

  zero(length, position, options) {
    return this.handle.zero(length, position, options);
  }

  trim(length, position, options) {
    return this.handle.trim(length, position, options);
  }

  cache(length, position, options) {
    return this.handle.cache(length, position, options);
  }

  flush(options) {
    return this.handle.flush(options);
  }

  // Like `read` of a FileHandle: fewer bytes at the end, and from the current
  // position if the arguments have none.
  async read(buffer, offset, length, position) {
    let signal;
    if (buffer === undefined || !isMemory(buffer)) {
      ({ buffer = Buffer.alloc(16384), offset, length, position, signal } =
        buffer ?? {});
    } else if (typeof offset === 'object' && offset !== null) {
      ({ offset, length, position, signal } = offset);
    }
    const memory = bytesOf(buffer);
    offset ??= 0;
    length ??= memory.length - offset;
    checkRange(offset, length, memory.length);
    const isCurrent = (position ?? -1) === -1;
    const start = isCurrent ? this.#position : Number(position);
    if (!Number.isInteger(start)) {
      throw rangeError(`position must be an integer, not ${position}`);
    }
    const bytesRead = Math.max(0, Math.min(length, this.size - start));
    if (isCurrent) {
      this.#position += bytesRead;
    }
    await this.fill(memory.subarray(offset, offset + bytesRead), start,
      { signal });
    return { bytesRead, buffer };
  }

  // Read a range of any length and alignment into memory.
  async fill(memory, position, options) {
    const { minimumBlock, maximumRead } = this;
    const pieces = [];
    const end = position + memory.length;
    for (let at = position; at < end;) {
      const start = at - at % minimumBlock;
      const stop = Math.min(end, start + maximumRead);
      const part = memory.subarray(at - position, stop - position);
      pieces.push(stop % minimumBlock === 0 && start === at
        ? this.handle.pread(part, at, options)
        : this.#around(part, at, start, options));
      at = stop;
    }
    await settled(pieces);
    return memory;
  }

  // Read the whole blocks that contain a range.
  async #around(memory, position, start, options) {
    const { minimumBlock, size } = this;
    const end = position + memory.length;
    const stop = Math.min(size, Math.ceil(end / minimumBlock) * minimumBlock);
    const whole = await this.handle.pread(stop - start, start, options);
    memory.set(whole.subarray(position - start, end - start));
  }

  readable(options) {
    return new DiskReadable(this, options);
  }

  extents(options) {
    return extents(this, options);
  }

  async shutdown(options) {
    await this.handle.shutdown(options);
    this.handle.close();
  }

  close() {
    this.handle.close();
  }

  get closed() {
    return this.handle.closed;
  }

  ref() {
    this.handle.ref();
    return this;
  }

  unref() {
    this.handle.unref();
    return this;
  }
}
if (Symbol.asyncDispose) {
  Object.defineProperty(Disk.prototype, Symbol.asyncDispose, {
    async value() {
      if (!this.closed) {
        await this.shutdown();
      }
    },
    writable: true,
    configurable: true,
  });
}

function isMemory(what) {
  return ArrayBuffer.isView(what) || what instanceof ArrayBuffer ||
    what instanceof SharedArrayBuffer;
}

function checkRange(offset, length, most) {
  if (!(Number.isInteger(offset) && offset >= 0 && offset <= most &&
      Number.isInteger(length) && length >= 0 && length <= most - offset)) {
    throw rangeError(`offset ${offset} and length ${length} are no part of a` +
      ` buffer of ${most} bytes`);
  }
}

// Wait until nothing uses the memory, then throw the first failure.
async function settled(promises) {
  const results = await Promise.allSettled(promises);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) {
    throw failed.reason;
  }
}

module.exports = { Disk, NbdError, connect };
