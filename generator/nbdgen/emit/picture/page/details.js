// SPDX-License-Identifier: MIT
// The panel with the details of the chosen state or group.

const details = byId('details');
let chosen = '';

const INTRODUCTION =
  'Click a state or a group to read about it, or search for a word. ' +
  '“Log …” plays a log in the picture; “?” explains keys and signs.';

const DIRECTIONS = {
  r: 'waits for the server to send',
  w: 'waits until it can send',
  rw: 'waits for the server to send, or until it can send',
};

function linkTo(path) {
  const name = path || 'the machine';
  return element('a', { href: `#${path}`, className: 'path' }, name);
}

function section(title, ...inside) {
  if (inside.flat().length === 0) return null;
  return element('section', {}, element('h3', {}, title), ...inside);
}

function folded(title, open, ...inside) {
  if (inside.flat().length === 0) return null;
  return element('details', { open }, element('summary', {}, title), ...inside);
}

function code(text, place) {
  return [
    place ? element('p', { className: 'place' }, place) : null,
    element('pre', { tabIndex: 0 }, element('code', {}, text)),
  ];
}

function badge(text, name = '') {
  return element('span', { className: `badge ${name}` }, text);
}

function wayRow(way) {
  const to = states.has(way.to) || groups.has(way.to) ? linkTo(way.to) : way.to;
  const why = [
    element('span', { className: 'event' }, way.event || 'then'),
    way.deadline ? element('code', {}, ` ${way.deadline}`) : '',
  ];
  const note = way.inherited !== null
    ? element('span', { className: 'note' }, ' as all in ', linkTo(way.inherited))
    : '';
  return element('li', {}, ...why, ' → ', to, note);
}

function ways(state) {
  const own = state.ways.filter((way) => way.inherited === null);
  const others = state.ways.filter((way) => way.inherited !== null);
  return section(
    'Where it goes',
    element('ul', { className: 'ways' }, own.map(wayRow)),
    others.length
      ? folded(
          `${others.length} more on events that hold around it`,
          own.length === 0,
          element('ul', { className: 'ways' }, others.map(wayRow)),
        )
      : null,
  );
}

function origins(path) {
  const from = waysInto.has(path) ? [...waysInto.get(path).values()] : [];
  const row = (way) =>
    element(
      'li',
      {},
      way.everywhere ? 'any state in ' : '',
      linkTo(way.from),
      way.event ? element('span', { className: 'note' }, ` ${way.event}`) : '',
    );
  return from.length
    ? section('Where it comes from', element('ul', { className: 'ways' }, from.map(row)))
    : null;
}

/* Sentences of the protocol that oblige us, and the tests of these obligations. */
function obligations(spec) {
  const found = machine.obligations.filter((one) => one.heading === spec);
  if (!spec || found.length === 0) return null;
  const tests = new Set(found.flatMap((one) => one.tests));
  return folded(
    `${found.length} obligations of “${spec}”, ${tests.size} tests`,
    false,
    found.map((one) =>
      element(
        'div',
        { className: 'obligation' },
        element('p', {}, `${one.number}. ${one.text} `, badge(one.strict)),
        element('ul', { className: 'tests' }, one.tests.map((name) => element('li', {}, name))),
      ),
    ),
  );
}

function testList(title, tests) {
  return tests.length
    ? folded(
        `${title}: ${tests.length}`,
        tests.length <= 6,
        element('ul', { className: 'tests' }, tests.map((name) => element('li', {}, name))),
      )
    : null;
}

function coverage(path, group, spec) {
  const state = states.get(path);
  return section(
    'Tests',
    ...[
      testList('Transcripts in which it is spoken', group.transcripts),
      testList('Tests that name it', group.tests),
      obligations(spec),
      testList('Tests that visit every state', machine.everywhere),
      state && state.uncovered.length
        ? folded(
            'What no test can take',
            true,
            element('ul', {}, state.uncovered.map((text) => element('li', {}, text))),
          )
        : null,
    ].filter((part) => part !== null),
  );
}

function head(path, kind, title) {
  const parts = path ? path.split('.') : ['the machine'];
  const crumbs = parts.map((part, at) => {
    const upTo = parts.slice(0, at + 1).join('.');
    const last = at + 1 === parts.length;
    return [
      last ? element('strong', {}, part) : element('a', { href: `#${upTo}` }, part),
      last ? '' : element('wbr'),
      last ? '' : '.',
    ];
  });
  return [
    element('p', { className: 'kind' }, kind),
    element('h2', { id: 'chosen' }, crumbs.flat()),
    element('p', { className: 'title' }, `${title}.`),
  ];
}

function stateDetails(state) {
  const group = groups.get(state.group);
  const marks = [
    state.phase ? badge(`phase ${state.phase.toLowerCase()}`) : '',
    state.mark in DIRECTIONS ? badge(DIRECTIONS[state.mark], `m${state.mark}`) : '',
    state.idle ? badge('idle') : '',
    state.final ? badge('final') : '',
    state.region ? badge(`region ${state.region}`) : '',
  ];
  return [
    ...head(state.path, 'State', state.title),
    element('p', { className: 'badges' }, marks),
    state.text ? element('p', {}, state.text) : null,
    state.when ? element('p', { className: 'note' }, `In messages: “${state.when}”.`) : null,
    state.spec
      ? element('p', {}, 'Protocol document, section ', element('q', {}, state.spec), '.')
      : null,
    ways(state),
    origins(state.path),
    section('Written by hand', ...code(state.code, state.place)),
    group.code.length
      ? folded(
          `Functions of the group, ${group.file}`,
          false,
          ...group.code.map((piece) => code(piece.text, `line ${piece.line}`)).flat(),
        )
      : null,
    folded('Generated from it, lib/machine/run.c', false, ...code(state.generated, '')),
    coverage(state.path, group, state.spec),
  ];
}

function groupDetails(group) {
  const own = machine.states.filter((state) => state.group === group.path);
  const inside = machine.groups.filter((other) => other.parent === group.path);
  const row = (part) => element('li', {}, linkTo(part.path), ` ${part.title}.`);
  return [
    ...head(group.path, group.regions.length ? 'Group with regions' : 'Group', group.title),
    group.text ? element('p', {}, group.text) : null,
    group.path ? null : element('p', {}, INTRODUCTION),
    element('p', { className: 'place' }, group.file),
    group.spec
      ? element('p', {}, 'Protocol document, section ', element('q', {}, group.spec), '.')
      : null,
    group.regions.length
      ? element('p', {}, 'Its regions are active side by side, each with a state of its own.')
      : null,
    group.clauses.length ? section('Clauses', ...code(group.clauses.join('\n'), '')) : null,
    own.length
      ? section('States', element('ul', { className: 'list' }, own.map(row)))
      : null,
    inside.length
      ? section('Groups', element('ul', { className: 'list' }, inside.map(row)))
      : null,
    group.path ? coverage(group.path, group, group.spec) : null,
  ];
}

/* Show a state or group in the panel and in the picture. */
function choose(path, { move = true, panel = true } = {}) {
  const state = states.get(path);
  const group = groups.get(path);
  if (!state && !group) return false;
  for (const old of svg.querySelectorAll('.chosen, .leaves, .enters')) {
    old.classList.remove('chosen', 'leaves', 'enters');
  }
  chosen = path;
  const box = boxes.get(path);
  if (box) box.classList.add('chosen');
  for (const [step, elements] of arrows) {
    const [from, to] = step.split('>');
    for (const arrow of elements) {
      if (from === path) arrow.classList.add('leaves');
      if (to === path) arrow.classList.add('enters');
    }
  }
  if (panel) {
    const parts = state ? stateDetails(state) : groupDetails(group);
    details.replaceChildren(...parts.filter((part) => part !== null));
    details.scrollTop = 0;
  }
  if (move && box) reveal(path);
  return true;
}
