// SPDX-License-Identifier: MIT
// The search field: names first, then titles, events, options, and code.

const search = byId('search');
const results = byId('results');
const SHOWN = 12;
let found = [];
let marked = -1;

const searched = [...machine.states, ...machine.groups.filter((group) => group.path)].map(
  (part) => ({
    path: part.path,
    title: part.title,
    name: part.path.toLowerCase(),
    words: [
      part.title,
      part.text,
      part.spec || '',
      ...(part.values || []),
      ...(part.ways || []).filter((way) => way.inherited === null).map((way) => way.event),
    ]
      .join(' ')
      .toLowerCase(),
    code: (typeof part.code === 'string' ? part.code : '').toLowerCase(),
  }),
);

/* How well a part fits a word: lower is better, NaN means that it does not. */
function rank(part, word) {
  const last = part.name.slice(part.name.lastIndexOf('.') + 1);
  if (part.name === word) return 0;
  if (last === word) return 1;
  if (last.startsWith(word)) return 2;
  if (part.name.includes(word)) return 3;
  if (part.words.includes(word)) return 4;
  return part.code.includes(word) ? 5 : NaN;
}

function find(text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  return searched
    .map((part) => ({
      part,
      rank: words.reduce((sum, word) => sum + rank(part, word), 0),
    }))
    .filter((hit) => !Number.isNaN(hit.rank))
    .sort((a, b) => a.rank - b.rank)
    .map((hit) => hit.part);
}

function mark(number) {
  marked = number;
  [...results.children].forEach((row, at) => {
    row.setAttribute('aria-selected', String(at === marked));
  });
  const row = results.children[marked];
  search.setAttribute('aria-activedescendant', row ? row.id : '');
}

function closeSearch() {
  results.hidden = true;
  search.setAttribute('aria-expanded', 'false');
  svg.classList.remove('searching');
}

function showFound() {
  const all = find(search.value);
  found = all.slice(0, SHOWN);
  const hits = new Set(all.map((part) => part.path));
  svg.classList.toggle('searching', hits.size > 0);
  for (const [path, box] of boxes) box.classList.toggle('hit', hits.has(path));
  const rows = found.map((part, at) =>
    element(
      'li',
      { id: `result-${at}`, role: 'option', onclick: () => take(at) },
      element('strong', {}, part.path),
      element('span', {}, ` ${part.title}`),
    ),
  );
  if (rows.length === 0 && search.value.trim()) {
    rows.push(element('li', { className: 'note' }, 'Nothing has these words.'));
  } else if (all.length > SHOWN) {
    rows.push(element('li', { className: 'note' }, `and ${all.length - SHOWN} more`));
  }
  results.replaceChildren(...rows);
  results.hidden = rows.length === 0;
  search.setAttribute('aria-expanded', String(!results.hidden));
  mark(found.length ? 0 : -1);
}

function take(number) {
  const part = found[number];
  if (!part) return;
  closeSearch();
  search.blur();
  location.hash = part.path;
}

search.addEventListener('input', showFound);
search.addEventListener('focus', () => search.value && showFound());
search.addEventListener('blur', () => setTimeout(closeSearch, 150));
search.addEventListener('keydown', (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && found.length) {
    mark((marked + step + found.length) % found.length);
    event.preventDefault();
  } else if (event.key === 'Enter') {
    take(marked);
  } else if (event.key === 'Escape') {
    search.value = '';
    closeSearch();
    search.blur();
  }
  event.stopPropagation();
});
