// SPDX-License-Identifier: MIT
// Reads a log of LIBNBD_DEBUG=1 as steps of connections.  Nothing here changes the
// page, and all that is in a log is treated as text.

const MARK = 'libnbd: debug: ';
const READ_AT_MOST = 64 * 1024 * 1024; // characters
const MATCHED = 4096; // characters of a line in which a step is searched
const LINE = /^(.*?): (nbd(?:_\w+)?): (.*)$/s;
// A state in the debug output of the original libnbd, which has another machine.
const FOREIGN = /^libnbd: debug: \S+: nbd_\w+: transition: [A-Z]/;
const STATE = /^state ([A-Z][A-Z0-9_.]*)(?: of connection (\d{1,9}))?$/;

const Kind = Object.freeze({
  STRANGE: 0, // not understood
  PLAIN: 1, // a line of the library, but not a step
  STEP: 2,
});

/* Parse a line: { kind, handle, call, message }, with { connection, to } for a step. */
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

/* Parse the whole log.  A walker is one connection of one handle.  When the name of a
 * handle is used again, its connections are new walkers. */
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

/* Where all walkers are after a number of steps, and where the last step began.  A
 * walker is in one state of the main region, or in one state of each region of a
 * composite. */
class Walk {
  constructor(log) {
    this.log = log;
    this.reset();
  }

  reset() {
    this.taken = 0;
    this.from = null;
    this.places = []; // for each walker that has begun: region -> state
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
      // The step leaves a composite: it may have begun in any of the regions.
      const before = [...places.values()];
      this.from = before.find((from) => isDeclared(from, to)) || before[0] || null;
      if (before.length === 0 && to !== null) this.from = FIRST;
      places.clear();
    }
    if (to !== null) places.set(region, to);
  }
}
