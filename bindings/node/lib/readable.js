// SPDX-License-Identifier: MIT
'use strict';

// A range of a disk as a stream, with several reads in flight.

const { Readable, addAbortSignal } = require('node:stream');
const { rangeError } = require('./arguments');

const PIECE = 256 * 1024; // length of one read, unless the server limits it
const FEW = 2, MANY = 32; // reads in flight at first, and at most

class DiskReadable extends Readable {
  #disk;
  #next; // offset of the next read
  #end;
  #piece;
  #depth = FEW;
  #queue = []; // reads in flight or finished, in the order of their offsets
  #leaving = new AbortController();

  constructor(disk, options = {}) {
    const { start = 0, end = disk.size - 1, signal } = options;
    const piece = options.highWaterMark ?? Math.min(PIECE, disk.maximumRead);
    super({ highWaterMark: piece });
    checkNumber('start', start, 0, disk.size);
    checkNumber('end', end, start - 1, disk.size - 1);
    checkNumber('highWaterMark', piece, 1, disk.maximumRead);
    this.#disk = disk;
    this.#piece = Math.ceil(piece / disk.minimumBlock) * disk.minimumBlock;
    this.#next = start;
    this.#end = end + 1;
    if (signal) {
      addAbortSignal(signal, this);
    }
  }

  // Start more reads the longer the reading lasts.
  #ask() {
    while (this.#queue.length < this.#depth && this.#next < this.#end) {
      const position = this.#next;
      const stop = Math.min(this.#end,
        position - position % this.#piece + this.#piece);
      const promise = this.#fetch(position, stop - position);
      promise.catch(() => {}); // reported when it is taken, if ever
      this.#queue.push({ position, length: stop - position, promise });
      this.#next = stop;
    }
    this.#depth = Math.min(MANY, this.#depth + 1);
  }

  #fetch(position, length) {
    const memory = Buffer.allocUnsafeSlow(length);
    return this.#disk.fill(memory, position, { signal: this.#leaving.signal });
  }

  // Take the next piece.  If reading ahead failed, the piece is read once more.
  async #take() {
    const { position, length, promise } = this.#queue.shift();
    try {
      return await promise;
    } catch (error) {
      if (this.#leaving.signal.aborted || this.#disk.closed) {
        throw error;
      }
      return await this.#fetch(position, length);
    }
  }

  _read() {
    this.#ask();
    if (this.#queue.length === 0) {
      this.push(null);
      return;
    }
    this.#take().then((data) => this.push(data),
      (error) => this.destroy(error));
  }

  _destroy(error, done) {
    this.#leaving.abort();
    this.#queue = [];
    done(error);
  }
}

function checkNumber(name, value, least, most) {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw rangeError(`${name} must be an integer from ${least} to ${most},` +
      ` not ${value}`);
  }
}

module.exports = { DiskReadable };
