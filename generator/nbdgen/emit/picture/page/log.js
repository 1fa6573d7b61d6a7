// SPDX-License-Identifier: MIT
// A log of LIBNBD_DEBUG=1 as the steps of connections.  Nothing here touches the
// page, and nothing that a log can hold is more than text.

const MARK = 'libnbd: debug: ';
const READ_AT_MOST = 64 * 1024 * 1024; // characters
const MATCHED = 4096; // characters of a line; what we look for is in the first
const LINE = /^(.*?): (nbd(?:_\w+)?): (.*)$/s;
// How the library from which ours takes its interface logs its own machine.
const FOREIGN = /^libnbd: debug: \S+: nbd_\w+: transition: [A-Z]/;
const STATE = /^state ([A-Z][A-Z0-9_.]*)(?: of connection (\d{1,9}))?$/;

const Kind = Object.freeze({
  STRANGE: 0, // not understood
  PLAIN: 1, // of the library, but no step
  STEP: 2,
});

/* One line: { kind, handle, call, message, and of a step: connection, to }. */
function parseLine(line) {
  const at = line.indexOf(MARK);
  const match = at >= 0 && LINE.exec(line.slice(at + MARK.length, at + MATCHED));
  if (!match) return { kind: line.trim() ? Kind.STRANGE : Kind.PLAIN };
  const [, handle, call, message] = match;
  const step = STATE.exec(message);
  if (step) {
    const known = states.has(step[1]) || groups.has(step[1]);
    return {
      kind: known ? Kind.STEP : Kind.STRANGE,
      handle,
      call,
      message,
      connection: Number(step[2] || 1),
      to: step[1],
    };
  }
  const kind = message.startsWith('state ') ? Kind.STRANGE : Kind.PLAIN;
  return { kind, handle, call, message };
}

/* The whole log.  A walker is one connection of one handle; a handle whose name
 * is used again begins anew. */
function parseLog(text) {
  const cut = text.length > READ_AT_MOST;
  const lines = (cut ? text.slice(0, READ_AT_MOST) : text).split(/\r\n|\n|\r/);
  if (lines[lines.length - 1] === '') lines.pop();
  const log = { lines, kinds: new Uint8Array(lines.length), steps: [], walkers: [] };
  const present = new Map(); // handle -> connection -> walker

  function walker(handle, connection, line) {
    if (!present.has(handle)) present.set(handle, new Map());
    const connections = present.get(handle);
    if (!connections.has(connection)) {
      const made = { number: log.walkers.length, handle, connection, first: line };
      connections.set(connection, made);
      log.walkers.push(made);
    }
    return connections.get(connection);
  }

  lines.forEach((line, number) => {
    const found = parseLine(line);
    log.kinds[number] = found.kind;
    if (found.kind === Kind.STEP) {
      const who = walker(found.handle, found.connection, number).number;
      log.steps.push({ line: number, who, to: found.to });
    } else if (found.call === 'nbd_create') {
      present.delete(found.handle);
    } else if (found.call === 'nbd_close' && present.has(found.handle)) {
      for (const who of present.get(found.handle).values()) {
        log.steps.push({ line: number, who: who.number, to: null });
      }
      present.delete(found.handle);
    }
  });
  log.cut = cut;
  log.foreign = log.steps.length === 0 && lines.some((line) => FOREIGN.test(line));
  log.strange = log.kinds.reduce((sum, kind) => sum + (kind === Kind.STRANGE), 0);
  return log;
}

/* Where all walkers are once so many steps were taken, and where the last one
 * came from.  A walker is in one state of the main region, or in one of each
 * region of a composite. */
class Walk {
  constructor(log) {
    this.log = log;
    this.reset();
  }

  reset() {
    this.taken = 0;
    this.from = null;
    this.places = []; // of each walker, once it has begun: region -> state
  }

  goTo(count) {
    if (count < this.taken) this.reset();
    while (this.taken < count) this.step();
  }

  step() {
    const { who, to } = this.log.steps[this.taken++];
    const places = (this.places[who] ??= new Map());
    const state = states.get(to);
    const region = state ? state.region : '';
    if (region) {
      this.from = places.get(region) || places.get('') || null;
      places.delete('');
    } else {
      // Out of a composite: any of its regions may have been the one.
      const before = [...places.values()];
      this.from = before.find((from) => isDeclared(from, to)) || before[0] || null;
      if (before.length === 0 && to !== null) this.from = FIRST;
      places.clear();
    }
    if (to !== null) places.set(region, to);
  }
}
