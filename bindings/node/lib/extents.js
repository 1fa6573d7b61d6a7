// SPDX-License-Identifier: MIT
'use strict';

// The map of a range, in each metadata context.

const { namesOf } = require('./arguments');
const { fail } = require('./errors');
const { CONTEXT_BASE_ALLOCATION, STATE_HOLE, STATE_ZERO } =
  require('./constants');

const NAME = 'extents';

// The longest range of one request without extended headers, for any block size.
const LONGEST = 2 ** 32 - 2 ** 26;

async function* extents(disk, options = {}) {
  const { offset = 0, length = Math.max(0, disk.size - offset), signal } =
    options;
  const end = offset + length;
  if (!(Number.isInteger(offset) && Number.isInteger(length) && offset >= 0 &&
      length >= 0)) {
    throw fail('EINVAL', `offset ${offset} and length ${length} are no range`,
      NAME);
  }
  if (end > disk.size) {
    throw fail('EINVAL', `${length} bytes at offset ${offset} are beyond the` +
      ` end of the export at ${disk.size}`, NAME);
  }
  const contexts = choose(disk.handle, options.contexts);
  const describe = describer(contexts, options.contexts);
  const leaving = new AbortController();
  const stop = () => leaving.abort(signal.reason);
  if (signal?.aborted) {
    throw signal.reason;
  }
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const ask = (from) => query(disk, contexts, from, end, leaving.signal);
    let next = offset < end ? ask(offset) : null;
    let last = null;
    while (next !== null) {
      const reply = await next;
      next = null;
      if (reply.end < end) {
        next = ask(reply.end); // while the extents of this reply are used
        next.catch(() => {}); // reported when it is awaited
      }
      for (const extent of combine(reply)) {
        if (last !== null && isEqual(last.flags, extent.flags)) {
          last.length += extent.length;
          continue;
        }
        if (last !== null) {
          yield describe(last);
        }
        last = extent;
      }
    }
    if (last !== null) {
      yield describe(last);
    }
  } finally {
    signal?.removeEventListener('abort', stop);
    leaving.abort();
  }
}

function isEqual(some, others) {
  return some.every((flags, i) => flags === others[i]);
}

// Which contexts -----------------------------------------------------------

// The names that were asked for and that the server has granted.
function negotiated(handle) {
  return Array.from({ length: handle.getNrMetaContexts() }, (_, i) =>
    handle.getMetaContext(i)).filter((name) => handle.canMetaContext(name));
}

function choose(handle, wanted) {
  const known = negotiated(handle);
  if (known.length === 0) {
    throw fail('ENOTSUP', 'no metadata context was negotiated: name those that' +
      ' you need in the option contexts of connect; if you have done so, the' +
      ' server does not offer them', NAME);
  }
  if (wanted === undefined) {
    return known;
  }
  const contexts = namesOf(wanted);
  for (const context of contexts) {
    if (!known.includes(context)) {
      throw fail('EINVAL', `the metadata context ${context} was not` +
        ` negotiated, only ${known.join(', ')}`, NAME);
    }
  }
  if (contexts.length === 0) {
    throw fail('EINVAL', 'name at least one metadata context', NAME);
  }
  return contexts;
}

// How extents are shown.  With one context, the flags are a number.
function describer(contexts, wanted) {
  const isOne = contexts.length === 1 && !Array.isArray(wanted);
  const base = contexts.indexOf(CONTEXT_BASE_ALLOCATION);
  return ({ offset, length, flags }) => {
    const extent = { offset, length, flags: flags[0] };
    if (!isOne) {
      extent.flags = Object.fromEntries(contexts.map((name, i) =>
        [name, flags[i]]));
    }
    if (base >= 0) {
      const bits = Number(flags[base]);
      extent.hole = (bits & STATE_HOLE) !== 0;
      extent.zero = (bits & STATE_ZERO) !== 0;
      extent.data = !extent.zero;
    }
    return extent;
  };
}

// Requests -----------------------------------------------------------------

// Ask for the map from an offset on.  Returns a list for each context, all of which
// cover at least the range of the reply.
async function query(disk, contexts, start, end, signal) {
  const { handle, minimumBlock } = disk;
  const from = start - start % minimumBlock;
  const to = Math.min(disk.size, Math.ceil(end / minimumBlock) * minimumBlock);
  const length = handle.getExtendedHeadersNegotiated() ? to - from
    : Math.min(to - from, LONGEST);
  const lists = new Map();
  await handle.blockStatus64(length, from, (context, offset, entries) => {
    if (contexts.includes(context)) {
      lists.set(context, entries);
    }
  }, { signal });

  let reached = end;
  for (const context of contexts) {
    const entries = lists.get(context);
    if (entries === undefined) {
      throw fail('EPROTO', `the server did not answer for ${context} at offset` +
        ` ${from}`, NAME);
    }
    const sum = entries.reduce((sum, entry) => sum + Number(entry.length), 0);
    reached = Math.min(reached, from + sum);
  }
  if (reached <= start) {
    throw fail('EPROTO', `the server's answer at offset ${from} is about no` +
      ' byte that was asked for', NAME);
  }
  return {
    from, start, end: reached, lists: contexts.map((name) => lists.get(name)),
  };
}

// The parts of a reply in which no context changes.
function* combine({ from, start, end, lists }) {
  const at = lists.map(() => 0);
  const ends = lists.map((list) => from + Number(list[0].length));
  let offset = start;
  while (offset < end) {
    for (let i = 0; i < lists.length; i++) {
      while (ends[i] <= offset) {
        ends[i] += Number(lists[i][++at[i]].length);
      }
    }
    const stop = Math.min(end, ...ends);
    const flags = lists.map((list, i) => list[at[i]].flags);
    yield { offset, length: stop - offset, flags };
    offset = stop;
  }
}

module.exports = { extents };
