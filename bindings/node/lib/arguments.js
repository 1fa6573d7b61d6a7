// SPDX-License-Identifier: MIT
'use strict';

// Convert arguments of methods for the addon, and its results for programs.

const { fileURLToPath } = require('node:url');
const { markAsUntransferable } = require('node:worker_threads');
const { fail } = require('./errors');

function typeError(text) {
  const error = new TypeError(text);
  error.code = 'ERR_INVALID_ARG_TYPE';
  return error;
}

function rangeError(text) {
  const error = new RangeError(text);
  error.code = 'ERR_OUT_OF_RANGE';
  return error;
}

// The bytes of a view or a buffer, as a Uint8Array of the same memory.
function view(what) {
  if (what instanceof Uint8Array) {
    return what;
  }
  if (ArrayBuffer.isView(what)) {
    return new Uint8Array(what.buffer, what.byteOffset, what.byteLength);
  }
  if (what instanceof ArrayBuffer || what instanceof SharedArrayBuffer) {
    return new Uint8Array(what);
  }
  throw typeError('the data must be a Buffer, a view or an ArrayBuffer, not ' +
    (what === null ? 'null' : typeof what));
}

// Memory that a command uses must not move.  Memory that can shrink is refused, and
// memory that could be transferred to another thread is made untransferable.
function bytesOf(what) {
  const memory = view(what);
  const { buffer } = memory;
  if (buffer.resizable) {
    throw typeError('the memory must not be that of a resizable ArrayBuffer');
  }
  if (buffer instanceof ArrayBuffer) {
    markAsUntransferable(buffer);
  }
  return memory;
}

// The most that the library transfers in one request, see nbd_pread(3).
const LONGEST = 64 << 20;

// Memory to read into.  For a length, it is new memory that nobody else has yet.
// Too much is refused here, because the library clears all of the memory even for a
// read that it refuses.
function roomOf(what) {
  if (typeof what === 'bigint') {
    what = Number(what);
  }
  if (typeof what !== 'number') {
    return bytesOf(what);
  }
  if (!Number.isInteger(what)) { // a Buffer would be made of the next smaller size
    throw rangeError(`the length must be an integer, not ${what}`);
  }
  if (what > LONGEST) {
    throw fail('ERANGE', `count ${what} exceeds ${LONGEST}, the most that the` +
      ' library transfers in one request', 'pread');
  }
  return Buffer.allocUnsafe(what);
}

// The result of a read.
function given(what, memory) {
  return typeof what === 'object' ? what : memory;
}

// A string is one name, not a series of characters.
function namesOf(names) {
  return typeof names === 'string' ? [names] : [...names];
}

function pathOf(path) {
  return path instanceof URL ? fileURLToPath(path) : path;
}

// A part of the memory of a read.
function part(memory, start, count) {
  return count === 0 ? memory.subarray(0, 0)
    : memory.subarray(start, start + count);
}

// Convert length, flags, length, flags ... to objects.
function extentsOf(numbers) {
  const extents = new Array(numbers.length / 2);
  for (let i = 0; i < extents.length; i++) {
    extents[i] = { length: numbers[2 * i], flags: numbers[2 * i + 1] };
  }
  return extents;
}

module.exports = {
  bytesOf, extentsOf, given, namesOf, part, pathOf, rangeError, roomOf,
  typeError,
};
