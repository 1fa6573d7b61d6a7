// SPDX-License-Identifier: MIT
// The machine, from the generator's data.

const machine = JSON.parse(document.getElementById('machine').textContent);
const states = new Map(machine.states.map((state) => [state.path, state]));
const groups = new Map(machine.groups.map((group) => [group.path, group]));

// Every machine has these two states: the first one, and that of failing.
const FIRST = 'START';
const DEAD = 'DEAD';

/* All ways from a state, including those by clauses of the groups around it. */
function waysFrom(path) {
  const state = states.get(path);
  return state ? state.ways : [];
}

/* The ways into each state: from where, and on what event.  A way that all states of
 * a group have is in the list once. */
const waysInto = new Map();
for (const state of machine.states) {
  for (const way of state.ways) {
    const everywhere = way.inherited !== null;
    const from = everywhere ? way.inherited : state.path;
    if (!waysInto.has(way.to)) waysInto.set(way.to, new Map());
    const key = `${everywhere} ${from} ${way.event}`;
    waysInto.get(way.to).set(key, { from, event: way.event, everywhere });
  }
}

/* Whether the machine can take this step.  When a composite is entered, the START of
 * each region is entered, too: such a step is in no clause. */
function isDeclared(from, to) {
  if (!from || from === to || to === DEAD) return true;
  if (waysFrom(from).some((way) => way.to === to)) return true;
  const region = states.get(to) && states.get(to).region;
  return Boolean(region) && to === `${region}.${FIRST}`;
}

/* Make an element without parsing HTML, so that text from a log stays text. */
function element(name, properties = {}, ...inside) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key in made) made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...inside.flat().filter((part) => part !== null && part !== ''));
  return made;
}

function svgElement(name, attributes) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, value);
  }
  return made;
}

function byId(id) {
  return document.getElementById(id);
}
