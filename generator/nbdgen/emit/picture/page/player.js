// SPDX-License-Identifier: MIT
// Plays a log: its lines, its connections, and the speed.

const player = byId('player');
const slider = byId('slider');
const playButton = byId('play');
const lineList = byId('lines');
const walkerList = byId('walkers');
const follow = byId('follow');
const speed = byId('speed');
const SHOWN_CHARACTERS = 400; // of a line
const LINE_HEIGHT = 18; // as the style sheet has it
const SHOWN_WALKERS = 64;
const NO_STEPS =
  'No line of this is a step of the machine. A log is what a program prints to ' +
  'stderr with LIBNBD_DEBUG=1 in its environment.';
let log = null;
let walk = null;
let timer = 0;
let due = 0;
let before = 0;
let topLine = 0; // the first line that is shown
const muted = new Set(); // walkers that are not followed

/* Load a log from any text. */
function load(text, name) {
  stop();
  log = parseLog(text);
  walk = new Walk(log);
  muted.clear();
  clearTokens();
  document.body.classList.add('with-log');
  player.classList.add('loaded');
  slider.max = String(log.steps.length);
  const parts = [
    `${name}: ${count(log.lines.length, 'line')}`,
    count(log.steps.length, 'step'),
    count(log.walkers.length, 'connection'),
  ];
  if (log.strange) parts.push(`${count(log.strange, 'line')} not understood`);
  if (log.cut) parts.push('the text is too long, its end is left out');
  byId('summary').textContent = parts.join(', ');
  byId('paste').hidden = true;
  showWalkers();
  goTo(Math.min(1, log.steps.length));
  if (log.foreign) tell('This is a log of another libnbd, whose machine is not this one.');
  else tell(log.steps.length ? '' : NO_STEPS);
}

function count(number, what) {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

function nameOf(walker) {
  const further = walker.connection > 1 ? `, connection ${walker.connection}` : '';
  return `${walker.handle.slice(0, 60)}${further}`;
}

function showWalkers() {
  const chips = log.walkers.slice(0, SHOWN_WALKERS).map((walker) => {
    const chip = element(
      'button',
      {
        type: 'button',
        className: 'chip',
        onclick: () => {
          if (muted.has(walker.number)) muted.delete(walker.number);
          else muted.add(walker.number);
          chip.setAttribute('aria-pressed', String(!muted.has(walker.number)));
          goTo(walk.taken);
        },
        title: 'Follow this connection or not',
      },
      element('span', { className: 'dot' }, String(walker.number + 1)),
      element('bdi', {}, nameOf(walker)),
      element('span', { className: 'at' }),
    );
    chip.setAttribute('aria-pressed', 'true');
    chip.style.setProperty('--walker', colourOf(walker.number));
    return chip;
  });
  walkerList.replaceChildren(...chips);
}

/* Show the machine as it was after a number of steps. */
function goTo(steps) {
  walk.goTo(Math.max(0, Math.min(steps, log.steps.length)));
  const last = walk.taken ? log.steps[walk.taken - 1] : null;
  slider.value = String(walk.taken);
  slider.setAttribute('aria-valuetext', last ? `${walk.taken}: ${last.to}` : '0');
  byId('count').textContent = `${walk.taken} / ${log.steps.length}`;
  showWalk(walk, last, muted);
  log.walkers.slice(0, walkerList.children.length).forEach((walker) => {
    const places = [...(walk.places[walker.number] || new Map()).values()];
    const at = walkerList.children[walker.number].querySelector('.at');
    const begun = last && walker.first <= last.line;
    at.textContent = places.join(' | ') || (begun ? 'closed' : '');
  });
  const odd = last && last.to !== null && !isDeclared(walk.from, last.to);
  player.classList.toggle('odd', Boolean(odd));
  byId('odd').textContent = odd
    ? `${walk.from} → ${last.to} is not a transition of this machine: ` +
      'lines are missing, or the log is of another version.'
    : '';
  const slow = !timer || Number(speed.value) <= 5;
  if (last && follow.checked && slow) choose(last.to || walk.from);
  showLines(last ? last.line : 0);
}

/* The next (1) or the previous (-1) step of a connection that is followed. */
function nextStep(way) {
  let at = walk.taken + way;
  while (at > 0 && at < log.steps.length && muted.has(log.steps[at - 1].who)) at += way;
  return at;
}

function play() {
  if (!log || log.steps.length === 0) return;
  if (walk.taken >= log.steps.length) goTo(0);
  before = performance.now();
  due = 1;
  timer = requestAnimationFrame(tick);
  playButton.textContent = '❚❚';
  playButton.setAttribute('aria-label', 'Pause');
}

function stop() {
  cancelAnimationFrame(timer);
  timer = 0;
  playButton.textContent = '▶';
  playButton.setAttribute('aria-label', 'Play');
}

function tick(now) {
  due += ((now - before) / 1000) * Number(speed.value);
  before = now;
  let to = walk.taken;
  for (; due >= 1; due--) {
    const at = walk.taken;
    to = nextStep(1);
    walk.goTo(Math.min(to, log.steps.length));
    if (walk.taken === at) break;
  }
  if (to !== Number(slider.value)) goTo(walk.taken);
  if (walk.taken >= log.steps.length) {
    stop();
    goTo(walk.taken);
  } else {
    timer = requestAnimationFrame(tick);
  }
}

/* Show the lines around a line.  Only the visible lines are elements. */
function showLines(line) {
  const room = Math.max(3, Math.floor(lineList.clientHeight / LINE_HEIGHT));
  if (line < topLine + 1 || line > topLine + room - 3) topLine = line - Math.floor(room / 2);
  drawLines(line);
}

function drawLines(line) {
  const room = Math.max(3, Math.floor(lineList.clientHeight / LINE_HEIGHT));
  topLine = Math.max(0, Math.min(topLine, log.lines.length - room));
  const rows = [];
  for (let at = topLine; at < Math.min(topLine + room, log.lines.length); at++) {
    const name = ['strange', 'plain', 'step'][log.kinds[at]];
    const text = log.lines[at];
    // The style sheet hides what is before the message on small screens.
    const { message } = parseLine(text);
    const begin = message ? text.indexOf(`: ${message}`) + 2 : 0;
    const row = element(
      'div',
      { className: `line ${name}`, onclick: () => goTo(stepsUpTo(at)) },
      element('span', { className: 'number' }, String(at + 1)),
      element('span', { className: 'from' }, shortened(text.slice(0, begin))),
      element('span', { className: 'text' }, shortened(text.slice(begin)) || ' '),
    );
    if (name === 'strange') row.title = 'This line is not understood.';
    if (at === line) row.classList.add('now');
    rows.push(row);
  }
  lineList.replaceChildren(...rows);
}

function shortened(text) {
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}

/* The number of steps up to and including a line. */
function stepsUpTo(line) {
  let low = 0;
  let high = log.steps.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (log.steps[middle].line <= line) low = middle + 1;
    else high = middle;
  }
  return low;
}

function scrollLines(by) {
  if (!log) return;
  topLine += by;
  drawLines(walk.taken ? log.steps[walk.taken - 1].line : 0);
}

function readFile(file) {
  if (!file) return;
  // A character has at most four bytes in UTF-8, so this is always enough.
  file
    .slice(0, 4 * READ_AT_MOST)
    .text()
    .then((text) => load(text, file.name))
    .catch((error) => tell(`${file.name}: ${error.message}`));
}

function tell(text) {
  byId('status').textContent = text;
}
