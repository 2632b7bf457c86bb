// SPDX-License-Identifier: Apache-2.0
import { one, all } from './dom.js';
import { showTimes } from './times.js';
import { refresh, soften } from './live.js';
import './acts.js';
import './list.js';
import './output.js';
import './keys.js';

document.documentElement.classList.add('scripted');
showTimes();
setInterval(showTimes, 5000);

/* Rows of which there can be any number. */
document.addEventListener('click', event => {
  const more = event.target.closest('[data-more]');
  if (more) {
    const rows = one(more.dataset.more);
    const last = rows.lastElementChild;
    const next = last.cloneNode(true);
    for (const field of all('input, select', next)) {
      if (field instanceof HTMLInputElement) field.value = '';
      field.removeAttribute('aria-invalid');
      field.removeAttribute('id');
    }
    for (const fault of all('.fault', next)) fault.textContent = '';
    last.after(next);
    one('input', next).focus();
  }
  const less = event.target.closest('[data-less]');
  if (less) {
    const row = less.closest('.many > div');
    const rows = row.parentElement;
    if (rows.children.length > 1) row.remove();
    else all('input', row).forEach(field => { field.value = ''; });
    one('input', rows).focus();
  }
  const copy = event.target.closest('[data-copy]');
  if (copy) {
    navigator.clipboard.writeText(copy.dataset.copy).then(() => { copy.textContent = 'Copied'; });
  }
});

/* Filters act as one types. */
let typing;
const fields = form => [...form.elements].filter(field => field.name && field.type !== 'hidden');
for (const form of all('form[data-filters]')) {
  const go = () => {
    // What the address says beside the fields stays, but for the page.
    const asked = new URLSearchParams(location.search);
    asked.delete('page');
    for (const field of fields(form)) {
      if (field.value) asked.set(field.name, field.value);
      else asked.delete(field.name);
    }
    soften(`${form.getAttribute('action')}${asked.size ? `?${asked}` : ''}`, true);
  };
  form.addEventListener('input', () => {
    clearTimeout(typing);
    typing = setTimeout(go, 200);
  });
  form.addEventListener('submit', event => {
    event.preventDefault();
    clearTimeout(typing);
    go();
  });
  document.addEventListener('moved', () => {
    const asked = new URLSearchParams(location.search);
    for (const field of fields(form)) if (field !== document.activeElement) field.value = asked.get(field.name) ?? field.dataset.otherwise ?? '';
  });
}

/* Where to go on after a form came back. */
one('[aria-invalid="true"]')?.focus();
