// SPDX-License-Identifier: Apache-2.0
/* Which rows are selected: by id, whatever page or order shows them. */

import { one, all } from './dom.js';
import { ask, send } from './acts.js';
import { refresh } from './live.js';

const bulk = one('#bulk');
const picked = new Set();
let matching = false;

const boxes = () => all('#workspaces .pick input[value]:not(#pick-all)');

function show() {
  const table = one('#workspaces');
  for (const box of boxes()) box.checked = matching ? !box.disabled : picked.has(box.value);
  const usable = [...boxes()].filter(box => !box.disabled);
  const everyOne = one('#pick-all');
  if (everyOne) {
    const chosen = usable.filter(box => box.checked).length;
    everyOne.checked = usable.length > 0 && chosen === usable.length;
    everyOne.indeterminate = chosen > 0 && chosen < usable.length;
    const total = Number(table.dataset.total);
    const more = one('#pick-matching');
    more.hidden = matching || !everyOne.checked || total <= boxes().length;
    more.textContent = `Select all ${total} of this list`;
  }
  const count = matching ? Number(table?.dataset.total ?? 0) : picked.size;
  bulk.hidden = count === 0;
  one('#picked').textContent = matching ? `All ${count} of this list selected` : `${count} selected`;
}

function pick(box) {
  matching = false;
  if (box.checked) picked.add(box.value);
  else picked.delete(box.value);
}

if (bulk) {
  document.addEventListener('change', event => {
    const box = event.target;
    if (box.id === 'pick-all') {
      for (const other of boxes()) {
        if (other.disabled) continue;
        other.checked = box.checked;
        pick(other);
      }
      show();
    } else if (box.matches('#workspaces .pick input')) {
      pick(box);
      show();
    }
  });
  one('#pick-matching').addEventListener('click', () => {
    matching = true;
    show();
  });
  one('#pick-none').addEventListener('click', () => {
    picked.clear();
    matching = false;
    show();
    one('#pick-all')?.focus();
  });
  bulk.addEventListener('submit', async event => {
    event.preventDefault();
    const table = one('#workspaces');
    const count = matching ? Number(table.dataset.total) : picked.size;
    const question = count === 1 ? 'Stop this workspace?' : `Stop ${count} workspaces?`;
    if (!await ask({ question, text: 'Their processes get 30 seconds to end, then what they hold is saved.', keep: 'Keep running', act: 'Stop' })) return;
    const body = new URLSearchParams();
    if (matching) body.set('matching', table.dataset.search);
    else picked.forEach(id => body.append('id', id));
    if (await send(bulk, body)) {
      picked.clear();
      matching = false;
    }
    await refresh();
    show();
    one('#main').focus({ preventScroll: true });
  });
  document.addEventListener('refreshed', () => {
    // What has stopped meanwhile is nothing to act on.
    for (const box of boxes()) if (box.disabled) picked.delete(box.value);
    show();
  });
  show();
}
