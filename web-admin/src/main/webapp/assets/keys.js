// SPDX-License-Identifier: Apache-2.0
/* The keyboard goes everywhere. */

import { one, all } from './dom.js';

const PLACES = { o: '/', w: '/workspaces', s: '/snapshots', c: '/content', u: '/usage', a: '/audit' };
const help = one('#shortcuts');

let going = 0;

function move(step) {
  const rows = [...all('table.rows tbody tr')];
  if (!rows.length) return;
  const now = rows.findIndex(row => row.contains(document.activeElement) || row.hasAttribute('data-here'));
  const next = rows[Math.min(rows.length - 1, Math.max(0, now + step))];
  rows.forEach(row => row.toggleAttribute('data-here', row === next));
  (one('th a', next) ?? one('a, button, input', next))?.focus();
  next.scrollIntoView({ block: 'nearest' });
}

function act(key) {
  if (Date.now() - going < 1500 && PLACES[key]) {
    location.assign(PLACES[key]);
    return true;
  }
  going = 0;
  switch (key) {
    case 'g': going = Date.now(); return true;
    case '/': one('input[type="search"]')?.focus(); return true;
    case 'n': one('.begin')?.click(); return true;
    case 'j': move(1); return true;
    case 'k': move(-1); return true;
    case 'x': (document.activeElement.closest('tr') ?? document.createElement('p')).querySelector('.pick input')?.click(); return true;
    case '?': help.showModal(); return true;
    default: return false;
  }
}

document.addEventListener('keydown', event => {
  const typing = event.target.closest('input:not([type="checkbox"], [type="radio"]), textarea, select, [contenteditable]');
  if (typing || event.metaKey || event.ctrlKey || event.altKey || one('dialog[open]')) return;
  if (act(event.key)) event.preventDefault();
});
document.addEventListener('click', event => event.target.closest('[data-shortcuts]') && help.showModal());
