// SPDX-License-Identifier: MIT
// Shows in the picture where the connections of a log are.

const tokenLayer = byId('tokens');
const jump = byId('jump');
const MOST_TOKENS = 200;
const COLOURS = 8; // of the style sheet: --walker-0 and so on
const tokens = new Map(); // 'WALKER:REGION' -> element
let visited = [];

function colourOf(who) {
  return `var(--walker-${who % COLOURS})`;
}

function clearTokens() {
  tokenLayer.replaceChildren();
  tokens.clear();
  unmark();
}

function unmark() {
  for (const box of visited) box.classList.remove('here', 'arrived');
  visited = [];
  for (const arrow of svg.querySelectorAll('.taken')) arrow.classList.remove('taken');
  jump.setAttribute('d', '');
}

function tokenFor(key, who) {
  if (!tokens.has(key)) {
    const made = svgElement('g', { class: 'token' });
    made.append(svgElement('circle', { r: 8.5 }));
    const label = svgElement('text', {});
    label.textContent = String(who + 1);
    made.append(label);
    made.style.setProperty('--walker', colourOf(who));
    tokenLayer.append(made);
    tokens.set(key, made);
  }
  return tokens.get(key);
}

/* Draw a step that has no arrow, such as that of a lost connection. */
function drawJump(from, to) {
  if (!boxes.has(from) || !boxes.has(to)) return;
  const [a, b] = [outline(from), outline(to)];
  const [x, y] = [a.x + a.width, a.y + a.height / 2];
  const [u, v] = [b.x + b.width, b.y + b.height / 2];
  const out = Math.max(x, u) + 40 + Math.abs(v - y) / 12;
  jump.setAttribute('d', `M${x} ${y}C${out} ${y} ${out} ${v} ${u + 3} ${v}`);
}

/* Put all tokens to the places of their walkers; those in `faded` are not followed. */
function showWalk(walk, last, faded) {
  unmark();
  const used = new Set();
  const crowd = new Map(); // path -> how many are there
  walk.places.forEach((places, who) => {
    if (who >= MOST_TOKENS) return;
    for (const [region, path] of places) {
      const box = boxes.get(path);
      if (!box) continue;
      const key = `${who}:${region}`;
      used.add(key);
      const token = tokenFor(key, who);
      const { x, y, width } = outline(path);
      const beside = crowd.get(path) || 0;
      crowd.set(path, beside + 1);
      token.style.transform = `translate(${x + width - 4 - 16 * beside}px, ${y - 5}px)`;
      token.classList.toggle('faded', faded.has(who));
      box.classList.add('here');
      box.style.setProperty('--walker', colourOf(who));
      visited.push(box);
    }
  });
  for (const [key, token] of tokens) {
    if (!used.has(key)) {
      token.remove();
      tokens.delete(key);
    }
  }
  if (!last || last.to === null) return;
  const arrived = boxes.get(last.to);
  if (arrived) {
    arrived.classList.add('arrived');
    arrived.style.setProperty('--walker', colourOf(last.who));
    visited.push(arrived);
  }
  const drawn = walk.from ? arrows.get(`${walk.from}>${last.to}`) : [];
  svg.style.setProperty('--walker', colourOf(last.who));
  if (drawn) for (const arrow of drawn) arrow.classList.add('taken');
  else drawJump(walk.from, last.to);
}
