// SPDX-License-Identifier: Apache-2.0
/* Forms that do something: what hurts asks first, and the page stays where it is. */

import { one, all } from './dom.js';
import { refresh } from './live.js';
import { toast } from './says.js';

const confirmation = one('#confirm');

/* Answers whether it was confirmed. */
export function ask({ question, text = '', keep = 'Cancel', act }) {
  one('#confirm-title').textContent = question;
  one('#confirm-text').textContent = text;
  one('#confirm-keep').textContent = keep;
  one('#confirm-act').textContent = act;
  confirmation.returnValue = '';
  return new Promise(answer => {
    confirmation.onclose = () => answer(confirmation.returnValue === 'act');
    confirmation.showModal();
  });
}

function mark(form, violations) {
  let first;
  for (const field of all('[name]', form)) {
    const fault = violations[field.name];
    const place = one(`[data-fault="${CSS.escape(field.name)}"]`, form);
    if (place) place.textContent = fault ?? '';
    if (fault && place) {
      field.setAttribute('aria-invalid', 'true');
      first ??= field;
    } else {
      field.removeAttribute('aria-invalid');
    }
  }
  first?.focus();
  return Boolean(first);
}

/* Answers whether it was accepted. */
export async function send(form, body = new URLSearchParams(new FormData(form)), action = form.action) {
  const buttons = [...all('button', form)].filter(button => !button.disabled);
  buttons.forEach(button => { button.disabled = true; });
  try {
    const response = await fetch(action, { method: 'POST', body, headers: { Accept: 'application/json' } });
    if (response.redirected) {
      location.assign(response.url);
      return false;
    }
    if (response.status === 401) {
      location.assign(`/sign-in?to=${encodeURIComponent(location.pathname + location.search)}`);
      return false;
    }
    const answer = response.headers.get('Content-Type')?.includes('json') ? await response.json() : { message: await response.text() };
    const marked = mark(form, answer.violations ?? {});
    if (response.ok) toast(answer.message);
    else if (!marked) toast(answer.message || answer.detail || 'That did not work.', true);
    return response.ok;
  } catch {
    toast('The manager cannot be reached.', true);
    return false;
  } finally {
    buttons.forEach(button => { button.disabled = false; });
  }
}

document.addEventListener('submit', async event => {
  const form = event.target;
  if (!form.hasAttribute('data-act')) return;
  event.preventDefault();
  const { question, text, keep, does } = { ...form.dataset, ...event.submitter?.dataset };
  const body = new URLSearchParams(new FormData(form, event.submitter));
  for (const local of all('input[type="datetime-local"]', form)) {
    if (local.value) body.set(local.name, new Date(local.value).toISOString());
  }
  if (question && !await ask({ question, text, keep, act: does })) return;
  if (await send(form, body)) {
    if (form.hasAttribute('data-clears')) form.reset();
    form.closest('details.more')?.removeAttribute('open');
    await refresh();
    if (document.activeElement === document.body) one('#main').focus({ preventScroll: true });
  }
});

/* Menus close when one looks elsewhere. */
document.addEventListener('click', event => {
  for (const menu of all('details.more[open]')) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener('keydown', event => {
  if (event.key !== 'Escape') return;
  const menu = one('details.more[open]');
  if (menu) {
    menu.open = false;
    one('summary', menu).focus();
  }
});
