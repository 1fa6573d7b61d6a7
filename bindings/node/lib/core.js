// SPDX-License-Identifier: MIT
'use strict';

// The common parts of the methods of NBD: promises, signals and callbacks.

const { NbdError, fail, makeError, numberOf } = require('./errors');
const { SHUTDOWN_ABANDON_PENDING } = require('./constants');
const { given, roomOf, typeError } = require('./arguments');
const native = require('./native');

const STATE = Symbol('libnbd.state');

// The state of a handle.  The addon refers to the state, not to the object of the
// program, so that the object can be collected.
class State {
  constructor() {
    this.commands = new Map(); // cookie -> Pending; an option has the key 0
    this.waiters = new Set();
    this.signals = new Map(); // AbortSignal -> { aborted, pending }
    this.callbacks = {}; // which the library may call until replaced
    this.isClosed = false;
    this.handle = native.create(this);
  }
}

// A promise that is not settled yet.
class Pending {
  constructor(state, name, signal, guard, resolve, reject) {
    this.state = state;
    this.name = name;
    this.signal = signal;
    this.guard = guard;
    this.resolve = resolve;
    this.reject = reject;
    this.result = undefined;
    this.memory = null; // stays as long as the command uses it
    this.cookie = 0;
  }

  // The reason of the failure.  An exception of a callback and the signal's reason
  // say more than the error.
  failed(error) {
    if (this.guard !== null && this.guard.hasThrown) {
      error = this.guard.thrown;
    } else if (this.signal !== undefined && this.signal.aborted) {
      error = this.signal.reason;
    }
    this.reject(error);
  }
}

// Signals ------------------------------------------------------------------

// One listener serves all promises of a handle that have the same signal.
function listen(pending) {
  const { state: { signals }, signal } = pending;
  let entry = signals.get(signal);
  if (entry === undefined) {
    const waiting = new Set();
    const aborted = () => [...waiting].forEach(abort);
    signal.addEventListener('abort', aborted);
    entry = { aborted, waiting };
    signals.set(signal, entry);
  }
  entry.waiting.add(pending);
}

function unlisten(pending) {
  const { state: { signals }, signal } = pending;
  const entry = signals.get(signal);
  entry.waiting.delete(pending);
  if (entry.waiting.size === 0) {
    signal.removeEventListener('abort', entry.aborted);
    signals.delete(signal);
  }
}

// Whether it is not settled yet.
function isListening(pending) {
  const { state: { signals }, signal } = pending;
  return signals.get(signal)?.waiting.has(pending) ?? false;
}

// Cancel a command.  Everything else cannot be cancelled in the protocol, so the
// connection is closed.  In a callback of the same handle, this has to wait.
function abort(pending) {
  const { state, cookie } = pending;
  if (state.isClosed || !isListening(pending)) {
    return;
  }
  try {
    if (cookie > 0) {
      native.aio_cancel(state.handle, cookie);
    } else {
      close(state);
    }
  } catch (error) {
    if (error.code !== 'EDEADLK') {
      throw error;
    }
    queueMicrotask(() => abort(pending));
  }
}

function signalOf(options) {
  const signal = options?.signal;
  if (signal === undefined || signal === null) {
    return undefined;
  }
  if (!(signal instanceof AbortSignal)) {
    throw typeError('signal must be an AbortSignal');
  }
  if (signal.aborted) {
    throw signal.reason;
  }
  return signal;
}

function flagsOf(options) {
  return options?.flags ?? 0;
}

// What has finished --------------------------------------------------------

// Called by the addon when commands have finished, or when a waiter may have what
// it waits for.
function deliver(state) {
  const finished = native.take(state.handle);
  for (let i = 0; i < finished.length; i += 2) {
    const pending = state.commands.get(finished[i]);
    state.commands.delete(finished[i]);
    pending.finish(finished[i + 1]);
  }
  for (const waiter of state.waiters) {
    check(waiter);
  }
}

class Command extends Pending {
  finish(errnum) {
    if (this.signal !== undefined) {
      unlisten(this);
    }
    if (errnum === 0) {
      this.resolve(this.result);
    } else {
      const { handle } = this.state;
      this.failed(native.why(handle, this.cookie, errnum, this.name));
    }
  }
}

// An option has ended once the connection is ready for another one.
class Option extends Pending {
  finish(errnum) {
    this.errnum = errnum;
    wait(this, (handle) => native.aio_is_connecting(handle) === false);
  }

  ready(handle) {
    const { errnum } = this;
    if (this.state.isClosed || native.aio_is_dead(handle)) {
      this.failed(native.why(handle, 0, 0, this.name));
    } else if (this.guard.hasThrown) {
      this.reject(this.guard.thrown);
    } else if (this.outcome === 'accepted') {
      this.resolve(errnum === 0);
    } else if (errnum !== 0) {
      this.failed(native.why(handle, -1, errnum, this.name));
    } else {
      this.resolve(this.outcome === 'counted' ? this.guard.calls : undefined);
    }
  }
}

class Connecting extends Pending {
  ready(handle) {
    if (!this.state.isClosed && (native.aio_is_ready(handle) ||
        native.aio_is_processing(handle) || native.aio_is_negotiating(handle))) {
      this.resolve();
    } else {
      this.failed(native.why(handle, 0, 0, this.name));
    }
  }
}

class Ending extends Pending {
  ready(handle) {
    if (!this.state.isClosed && native.aio_is_closed(handle)) {
      this.resolve();
    } else {
      this.failed(native.why(handle, 0, 0, this.name));
    }
  }
}

// All commands have finished.
class Drained extends Pending {
  ready() {
    this.resolve();
  }
}

// Waiting for the connection -----------------------------------------------

function wait(pending, isOver) {
  const { state } = pending;
  pending.isOver = isOver;
  state.waiters.add(pending);
  native.hold(state.handle, 1, true);
  check(pending);
}

function check(pending) {
  const { state } = pending;
  if (!state.isClosed && !pending.isOver(state.handle)) {
    return;
  }
  state.waiters.delete(pending);
  native.hold(state.handle, -1, state.waiters.size > 0);
  if (pending.signal !== undefined) {
    unlisten(pending);
  }
  pending.ready(state.handle);
}

// Promises -----------------------------------------------------------------

// Issue a command.  The memory that `prepare` returns is in use until the command
// has finished.
function command(nbd, name, options, prepare, buffer, issue) {
  return new Promise((resolve, reject) => {
    const state = nbd[STATE];
    const signal = signalOf(options);
    const guard = issue.length > 3 ? new Guard() : null;
    const pending = new Command(state, name, signal, guard, resolve, reject);
    const memory = prepare === null ? null : prepare(buffer);
    const cookie = issue(state.handle, flagsOf(options), memory, guard);
    pending.memory = memory;
    pending.result = prepare === roomOf ? given(buffer, memory) : undefined;
    pending.cookie = Math.abs(cookie);
    state.commands.set(pending.cookie, pending);
    if (signal !== undefined) {
      listen(pending);
    }
    if (cookie < 0) { // a command has already finished
      deliver(state);
    }
  });
}

function option(nbd, name, options, outcome, issue) {
  return new Promise((resolve, reject) => {
    const state = nbd[STATE];
    const signal = signalOf(options);
    const guard = new Guard();
    const pending = new Option(state, name, signal, guard, resolve, reject);
    pending.outcome = outcome;
    issue(state.handle, guard);
    state.commands.set(0, pending);
    if (signal !== undefined) {
      listen(pending);
    }
    deliver(state);
  });
}

function connecting(nbd, name, options, issue) {
  return new Promise((resolve, reject) => {
    const state = nbd[STATE];
    const signal = signalOf(options);
    const pending = new Connecting(state, name, signal, null, resolve, reject);
    issue(state.handle);
    if (signal !== undefined) {
      listen(pending);
    }
    wait(pending, (handle) => !native.aio_is_connecting(handle));
  });
}

function ending(nbd, name, options, issue) {
  return new Promise((resolve, reject) => {
    const state = nbd[STATE];
    const signal = signalOf(options);
    const pending = new Ending(state, name, signal, null, resolve, reject);
    issue(state.handle, flagsOf(options));
    if (signal !== undefined) {
      listen(pending);
    }
    wait(pending, (handle) =>
      native.aio_is_closed(handle) || native.aio_is_dead(handle));
  });
}

function drained(nbd, options) {
  return new Promise((resolve, reject) => {
    const state = nbd[STATE];
    const signal = signalOf(options);
    const pending = new Drained(state, 'nbd_shutdown', signal, null, resolve,
      reject);
    if (signal !== undefined) {
      listen(pending);
    }
    wait(pending, () => state.commands.size === 0);
  });
}

// Callbacks ----------------------------------------------------------------

// The callbacks of one call.  If one throws an exception, the call fails with it.
class Guard {
  constructor() {
    this.calls = 0;
    this.hasThrown = false;
    this.thrown = undefined;
  }

  wrap(name, call, wrapper, memory) {
    if (typeof call !== 'function') {
      throw typeError(`${name} must be a function`);
    }
    const convert = wrapper(call, memory);
    return (...args) => {
      this.calls++;
      try {
        convert(...args);
        return 0;
      } catch (error) {
        if (!this.hasThrown) {
          this.hasThrown = true;
          this.thrown = error;
        }
        return numberOf(error);
      }
    };
  }

  // Make the call.  If a callback has thrown an exception, throw that.
  run(call) {
    try {
      const result = call();
      if (!this.hasThrown) {
        return result;
      }
    } catch (error) {
      if (!this.hasThrown) {
        throw error;
      }
    }
    throw this.thrown;
  }
}

// A callback that stays registered.  Nobody waits for it, so an exception that it
// throws is an uncaught exception.
function lasting(name, call, answers) {
  if (typeof call !== 'function') {
    throw typeError(`${name} must be a function`);
  }
  return (...args) => {
    try {
      const answer = call(...args);
      return answers && answer ? 1 : 0;
    } catch (error) {
      process.nextTick(() => {
        throw error;
      });
      return 0;
    }
  };
}

// Handles ------------------------------------------------------------------

// Close the handle.  The addon calls deliver for the commands that this ends.
function close(state) {
  state.isClosed = true;
  try {
    native.close(state.handle);
  } catch (error) {
    state.isClosed = false; // it was called by a callback of the handle
    throw error;
  }
}

class Handle {
  constructor() {
    Object.defineProperty(this, STATE, { value: new State() });
  }

  close() {
    const state = this[STATE];
    if (!state.isClosed) {
      close(state);
    }
  }

  get closed() {
    return this[STATE].isClosed;
  }

  // The asynchronous form of shutdownSync: let all commands finish, then end the
  // connection.
  async shutdown(options) {
    const state = this[STATE];
    if (state.commands.size > 0 && !(flagsOf(options) & SHUTDOWN_ABANDON_PENDING)) {
      await drained(this, options);
    }
    if (!state.isClosed && native.aio_is_negotiating(state.handle)) {
      await this.optAbort(options);
    } else {
      await this.disconnect({ signal: options?.signal });
    }
  }

  ref() {
    native.keepAlive(this[STATE].handle, true);
    return this;
  }

  unref() {
    native.keepAlive(this[STATE].handle, false);
    return this;
  }
}
if (Symbol.dispose) {
  Object.defineProperty(Handle.prototype, Symbol.dispose, {
    value: Handle.prototype.close, writable: true, configurable: true,
  });
}

native.setFunctions(makeError, deliver);

module.exports = {
  Guard, Handle, NbdError, STATE, command, connecting, ending, fail, flagsOf,
  lasting, option,
};
