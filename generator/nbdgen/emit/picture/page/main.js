// SPDX-License-Identifier: MIT
// Buttons, keys, the address of the page, and files that are dropped on it.

/* Where an arrow key leads: the nearest state on that side. */
function neighbour(dx, dy) {
  if (!boxes.has(chosen)) return FIRST;
  const middle = (path) => {
    const { x, y, width, height } = outline(path);
    return [x + width / 2, y + height / 2];
  };
  const [x, y] = middle(chosen);
  let best = chosen;
  let least = Infinity;
  for (const path of states.keys()) {
    if (!boxes.has(path) || path === chosen) continue;
    const [u, v] = middle(path);
    const along = (u - x) * dx + (v - y) * dy;
    const aside = Math.abs((u - x) * dy) + Math.abs((v - y) * dx);
    const far = along + 2.5 * aside;
    if (along > 1 && far < least) [best, least] = [path, far];
  }
  return best;
}

function visit(path) {
  if (location.hash.slice(1) === path) choose(path);
  else location.hash = path;
}

function openHash() {
  let path = location.hash.slice(1);
  try {
    path = decodeURIComponent(path);
  } catch {
    // The name is not encoded correctly: it is used as it is.
  }
  if (!choose(path)) {
    choose('');
    tell(`There is no state or group named “${path.slice(0, 100)}”.`);
  } else {
    tell('');
  }
}

window.addEventListener('hashchange', openHash);

picture.addEventListener('click', (event) => {
  if (moved > 5) return;
  const part = event.target.closest('[data-state], [data-group]');
  if (part) visit(part.dataset.state || part.dataset.group);
});

/* The colours are those of the system, unless the reader chooses the others. */
const THEME = 'causeway-machine-theme';

function theme(name) {
  document.documentElement.dataset.theme = name;
  try {
    localStorage.setItem(THEME, name);
  } catch {
    // Without storage the choice is not kept.
  }
}

function otherTheme() {
  const system = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  const now = document.documentElement.dataset.theme || system;
  theme(now === 'dark' ? 'light' : 'dark');
}

try {
  const kept = localStorage.getItem(THEME);
  if (kept === 'dark' || kept === 'light') theme(kept);
} catch {
  // A page that is opened as a file may have no storage.
}

function showPlayer() {
  document.body.classList.add('with-log');
}

function withLog(action) {
  return () => {
    if (log) action();
    else showPlayer();
  };
}

function step(way) {
  stop();
  goTo(nextStep(way));
}

function toggle() {
  if (timer) stop();
  else play();
}

const actions = {
  'open-log': () => document.body.classList.toggle('with-log'),
  theme: otherTheme,
  'zoom-in': () => zoom(1.3),
  'zoom-out': () => zoom(1 / 1.3),
  'zoom-all': fitAll,
  help: () => byId('help-text').showModal(),
  'help-close': () => byId('help-text').close(),
  'pick-file': () => byId('file').click(),
  'paste-log': () => {
    byId('paste').hidden = !byId('paste').hidden;
    if (!byId('paste').hidden) byId('pasted').focus();
  },
  'load-pasted': () => load(byId('pasted').value, 'pasted text'),
  example: () => load(byId('example-log').textContent.trim(), 'example'),
  first: withLog(() => goTo(0)),
  back: withLog(() => step(-1)),
  play: withLog(toggle),
  next: withLog(() => step(1)),
  last: withLog(() => goTo(log.steps.length)),
  'close-log': () => {
    stop();
    document.body.classList.remove('with-log');
  },
};
for (const [id, action] of Object.entries(actions)) {
  byId(id).addEventListener('click', action);
}

slider.addEventListener('input', () => {
  stop();
  if (log) goTo(Number(slider.value));
});
byId('file').addEventListener('change', (event) => {
  readFile(event.target.files[0]);
  event.target.value = '';
});
lineList.addEventListener(
  'wheel',
  (event) => {
    event.preventDefault();
    scrollLines(Math.sign(event.deltaY) * 3);
  },
  { passive: false },
);
let held = null;
let dragged = false;
lineList.addEventListener('pointerdown', (event) => {
  held = event.clientY;
  dragged = false;
});
lineList.addEventListener('pointermove', (event) => {
  if (held === null || Math.abs(event.clientY - held) < LINE_HEIGHT) return;
  scrollLines(Math.round((held - event.clientY) / LINE_HEIGHT));
  held = event.clientY;
  dragged = true;
});
// A click at the end of a drag does not choose a line.
lineList.addEventListener('click', (event) => dragged && event.stopPropagation(), true);
for (const end of ['pointerup', 'pointerleave', 'pointercancel']) {
  lineList.addEventListener(end, () => {
    held = null;
  });
}

/* A file or text that is dropped anywhere, or text that is pasted, is read as a log. */
window.addEventListener('dragover', (event) => event.preventDefault());
window.addEventListener('drop', (event) => {
  event.preventDefault();
  const { files } = event.dataTransfer;
  const text = event.dataTransfer.getData('text');
  showPlayer();
  if (files.length) readFile(files[0]);
  else if (text) load(text, 'dropped text');
});
window.addEventListener('paste', (event) => {
  if (event.target.closest('input, textarea')) return;
  const text = event.clipboardData.getData('text');
  showPlayer();
  if (text) load(text, 'pasted text');
});

/* Go to the next state on a side.  Screen readers follow the focus, so it moves, too. */
function walkTo(dx, dy) {
  const path = neighbour(dx, dy);
  visit(path);
  boxes.get(path).focus({ preventScroll: true });
}

const keys = {
  ArrowUp: () => walkTo(0, -1),
  ArrowDown: () => walkTo(0, 1),
  ArrowLeft: () => walkTo(-1, 0),
  ArrowRight: () => walkTo(1, 0),
  '/': () => search.focus(),
  '+': actions['zoom-in'],
  '=': actions['zoom-in'],
  '-': actions['zoom-out'],
  0: fitAll,
  l: actions['open-log'],
  t: otherTheme,
  '?': actions.help,
  ' ': actions.play,
  '.': actions.next,
  ',': actions.back,
  Home: actions.first,
  End: actions.last,
  Escape: () => visit(''),
};
window.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest('input, textarea, select, dialog')) return;
  if (event.target.closest('pre') && event.key.startsWith('Arrow')) return;
  if (event.key === ' ' && event.target.closest('button, summary')) return;
  const action = keys[event.key];
  if (!action) return;
  event.preventDefault();
  action();
});

fitWidth();
openHash();
document.documentElement.dataset.ready = 'yes';
