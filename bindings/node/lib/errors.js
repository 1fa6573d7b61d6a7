// SPDX-License-Identifier: MIT
'use strict';

const { constants: { errno: numbers } } = require('node:os');
const { getSystemErrorMap } = require('node:util');

// Error number -> its name.  If a number has two names, the usual one is first.
const names = new Map();
for (const [name, number] of Object.entries(numbers)) {
  if (!names.has(number)) {
    names.set(number, name);
  }
}
for (const [number, [name]] of getSystemErrorMap()) {
  if (!names.has(-number)) {
    names.set(-number, name);
  }
}

class NbdError extends Error {
  constructor(message, errnum, syscall) {
    super(message);
    this.errno = 0 - errnum;
    this.code = nameOf(errnum);
    this.syscall = syscall;
  }
}
Object.defineProperty(NbdError.prototype, 'name', {
  value: 'NbdError', writable: true, configurable: true,
});

function nameOf(errnum) {
  return names.get(errnum) ?? 'UNKNOWN';
}

// The error number with which a callback that threw this fails its command.
function numberOf(thrown) {
  const number = thrown?.errno;
  if (Number.isInteger(number) && number !== 0) {
    return Math.abs(number);
  }
  return numbers[thrown?.code] ?? numbers.EIO;
}

// The message should name the call whose promise fails, not the functions with
// which the addon drives a handle.
const DRIVING = /^nbd_aio_(command_completed|notify_read|notify_write): /;

function makeError(message, errnum, syscall) {
  return new NbdError(message.replace(DRIVING, `${syscall}: `), errnum, syscall);
}

function fail(code, text, syscall) {
  return new NbdError(`${syscall}: ${text}`, numbers[code], syscall);
}

module.exports = { NbdError, fail, makeError, numberOf };
