// SPDX-License-Identifier: MIT
// The picture: moving, zooming, and the elements of states, groups and arrows.

const picture = byId('picture');
const svg = picture.querySelector('svg');
const world = byId('world');
const whole = svg.viewBox.baseVal;
const full = { width: whole.width, height: whole.height };
const view = { x: 0, y: 0, scale: 1 };
const SCALES = { least: 0.15, most: 4 };
const MARGIN = 16;

const boxes = new Map(); // path of a state or group -> its element
for (const box of svg.querySelectorAll('[data-state]')) {
  const state = states.get(box.dataset.state);
  boxes.set(state.path, box);
  // The arrow keys lead from one state to another, so Tab stops at the picture only.
  box.setAttribute('role', 'button');
  box.setAttribute('tabindex', '-1');
  box.setAttribute('aria-label', `${state.path}: ${state.title}`);
}
svg.setAttribute('tabindex', '0');
for (const box of svg.querySelectorAll('[data-group]')) {
  if (box.dataset.group) boxes.set(box.dataset.group, box);
}
const arrows = new Map(); // 'FROM>TO' -> elements
for (const arrow of svg.querySelectorAll('[data-steps]')) {
  for (const step of arrow.dataset.steps.split(' ')) {
    if (!arrows.has(step)) arrows.set(step, []);
    arrows.get(step).push(arrow);
  }
}
svg.removeAttribute('width');
svg.removeAttribute('height');
svg.removeAttribute('viewBox');

/* The outline of a box, in coordinates of the picture. */
function outline(path) {
  const rect = boxes.get(path).querySelector('rect');
  const of = (name) => Number(rect.getAttribute(name));
  return { x: of('x'), y: of('y'), width: of('width'), height: of('height') };
}

function show() {
  world.setAttribute(
    'transform',
    `translate(${view.x.toFixed(2)} ${view.y.toFixed(2)}) scale(${view.scale.toFixed(4)})`,
  );
}

/* Make a rectangle fill the window, with a scale of at most `most`. */
function fit(area, most) {
  const { clientWidth: width, clientHeight: height } = picture;
  const scale = Math.min(
    (width - 2 * MARGIN) / area.width,
    (height - 2 * MARGIN) / area.height,
    most,
  );
  view.scale = Math.max(scale, SCALES.least);
  view.x = width / 2 - (area.x + area.width / 2) * view.scale;
  view.y = height / 2 - (area.y + area.height / 2) * view.scale;
  show();
}

function fitAll() {
  fit({ x: 0, y: 0, ...full }, 1.6);
}

/* Show the top of the picture, as wide as the window: where reading begins. */
function fitWidth() {
  fitAll();
  const scale = (picture.clientWidth - 2 * MARGIN) / full.width;
  view.scale = Math.max(Math.min(scale, 1), 0.8);
  view.x = Math.max((picture.clientWidth - full.width * view.scale) / 2, MARGIN);
  if (full.width * view.scale > picture.clientWidth) {
    const begin = outline(FIRST);
    view.x = picture.clientWidth / 2 - (begin.x + begin.width / 2) * view.scale;
  }
  view.y = MARGIN;
  show();
}

function zoom(factor, x = picture.clientWidth / 2, y = picture.clientHeight / 2) {
  const scale = Math.min(Math.max(view.scale * factor, SCALES.least), SCALES.most);
  view.x = x - ((x - view.x) * scale) / view.scale;
  view.y = y - ((y - view.y) * scale) / view.scale;
  view.scale = scale;
  show();
}

/* Bring a box into view: if it is near the edge, move it to the middle. */
function reveal(path) {
  if (!boxes.has(path)) return;
  const { x, y, width, height } = outline(path);
  const { clientWidth: wide, clientHeight: high } = picture;
  if (width * view.scale > wide || height * view.scale > high) {
    fit({ x, y, width, height }, view.scale);
    return;
  }
  if (view.scale < 0.5) zoom(0.8 / view.scale);
  const left = (x + width / 2) * view.scale + view.x;
  const top = (y + height / 2) * view.scale + view.y;
  if (left < wide * 0.15 || left > wide * 0.85) view.x += wide / 2 - left;
  if (top < high * 0.15 || top > high * 0.8) view.y += high / 2 - top;
  show();
}

/* Fingers and mouse. */
const pointers = new Map();
let moved = 0;

function spanOf() {
  const [a, b] = [...pointers.values()];
  return b ? Math.hypot(a.x - b.x, a.y - b.y) : 0;
}

picture.addEventListener('pointerdown', (event) => {
  if (event.target.closest('button')) return;
  pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
  if (pointers.size === 1) moved = 0;
});
window.addEventListener('pointermove', (event) => {
  const pointer = pointers.get(event.pointerId);
  if (!pointer) return;
  const before = spanOf();
  const share = 1 / pointers.size;
  const dx = event.clientX - pointer.x;
  const dy = event.clientY - pointer.y;
  moved += Math.abs(dx) + Math.abs(dy);
  view.x += dx * share;
  view.y += dy * share;
  pointer.x = event.clientX;
  pointer.y = event.clientY;
  if (before) {
    const [a, b] = [...pointers.values()];
    const place = picture.getBoundingClientRect();
    const middle = [(a.x + b.x) / 2 - place.left, (a.y + b.y) / 2 - place.top];
    zoom(spanOf() / before, ...middle);
  }
  picture.classList.toggle('moving', moved > 5);
  show();
});
for (const end of ['pointerup', 'pointercancel']) {
  window.addEventListener(end, (event) => {
    pointers.delete(event.pointerId);
    if (pointers.size === 0) picture.classList.remove('moving');
  });
}
picture.addEventListener(
  'wheel',
  (event) => {
    event.preventDefault();
    const place = picture.getBoundingClientRect();
    const unit = event.deltaMode === 1 ? 16 : 1;
    if (event.ctrlKey || event.metaKey || !event.shiftKey) {
      const factor = Math.exp(-event.deltaY * unit * 0.0015);
      zoom(factor, event.clientX - place.left, event.clientY - place.top);
    } else {
      view.x -= (event.deltaX + event.deltaY) * unit;
      show();
    }
  },
  { passive: false },
);
