// SPDX-License-Identifier: Apache-2.0
/* The page follows what happens: it asks the server for itself again and takes over what differs,
   so that focus, selection, scroll and what is being typed stay where they are. */

import { one, all } from './dom.js';
import { showTimes } from './times.js';
import { hold, whileSeen } from './places.js';
import { say } from './says.js';

/* Nodes that the server knows nothing of, or less: they stay as they are. */
const kept = node => node.nodeType === Node.ELEMENT_NODE && (node.hasAttribute('data-keep') || node.hasAttribute('data-fault'));
const keptAttribute = name => name.startsWith('data-here') || name === 'open' || name === 'aria-invalid';

function morphAttributes(present, next) {
  for (const { name } of [...present.attributes]) {
    if (!next.hasAttribute(name) && !keptAttribute(name)) present.removeAttribute(name);
  }
  for (const { name, value } of next.attributes) {
    if (present.getAttribute(name) !== value) present.setAttribute(name, value);
  }
}

function morphNode(present, next) {
  if (kept(present) && kept(next)) return;
  if (present.nodeType === Node.TEXT_NODE) {
    if (present.data !== next.data) present.data = next.data;
    return;
  }
  if (present.nodeType !== Node.ELEMENT_NODE || present.isEqualNode(next)) return;
  const away = next.hidden || next.disabled;
  if (away && document.activeElement === present) one('#main').focus();
  morphAttributes(present, next);
  morphChildren(present, next);
}

const alike = (one, other) =>
  one.nodeType === other.nodeType && one.nodeName === other.nodeName && (one.id ?? '') === (other.id ?? '') && (one.dataset?.key ?? '') === (other.dataset?.key ?? '');

function morphChildren(present, next) {
  const keyed = new Map();
  for (const child of present.children) {
    if (child.dataset.key) keyed.set(child.dataset.key, child);
    else if (child.id) keyed.set(`#${child.id}`, child);
  }
  let at = present.firstChild;
  for (const wanted of [...next.childNodes]) {
    const key = wanted.dataset?.key || (wanted.id && `#${wanted.id}`);
    let match = key ? keyed.get(key) : at;
    if (!key && match && !alike(match, wanted)) match = undefined;
    if (match && alike(match, wanted)) {
      if (match === at) at = at.nextSibling;
      else present.insertBefore(match, at);
      morphNode(match, wanted);
    } else {
      const made = document.importNode(wanted, true);
      if (made.dataset?.key && keyed.size) made.dataset.new = '';
      present.insertBefore(made, at);
    }
  }
  while (at) {
    const gone = at;
    at = at.nextSibling;
    if (gone.contains(document.activeElement)) one('#main').focus();
    gone.remove();
  }
}

const phases = () => new Map([...all('[data-key][data-phase][data-name]')].map(row => [row.dataset.key, row.dataset]));

let running, again = false;

/* Takes over what the server shows of this page now. */
export async function refresh() {
  if (running) {
    again = true;
    return running;
  }
  running = (async () => {
    do {
      again = false;
      await take(location.pathname + location.search, 'itself');
    } while (again);
  })().finally(() => { running = undefined; });
  return running;
}

let asked = 0;

/* For whom: what a page asks by itself is no use of the session. */
async function take(address, why = 'somebody') {
  const turn = ++asked;
  let response;
  try {
    const background = why === 'itself' ? { 'Atelier-Background': 'true' } : {};
    response = await fetch(address, { headers: { Accept: 'text/html', ...background } });
  } catch {
    return;
  }
  if (response.redirected && new URL(response.url).pathname !== new URL(address, location).pathname) {
    // Signed out meanwhile.
    location.assign(response.url);
    return;
  }
  if (!response.ok) return;
  const fresh = new DOMParser().parseFromString(await response.text(), 'text/html');
  if (turn !== asked) return;
  const main = one('#main', fresh);
  if (!main) return;
  showTimes(main);
  const before = phases();
  morphChildren(one('#main'), main);
  document.title = fresh.title;
  if (why === 'itself') announce(before);
  else document.dispatchEvent(new CustomEvent('moved'));
  document.dispatchEvent(new CustomEvent('refreshed'));
}

function announce(before) {
  for (const [key, row] of phases()) {
    if (before.get(key)?.phase !== row.phase) say(row.name, row.label);
  }
}

/* Goes to another view of the same page, without leaving it. */
export async function soften(address, replace = false) {
  history[replace ? 'replaceState' : 'pushState'](null, '', address);
  await take(address);
}

document.addEventListener('click', event => {
  const link = event.target.closest('a[data-soft]');
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  soften(link.getAttribute('href')).then(() => {
    if (link.rel) scrollTo({ top: 0 });
    const same = one(`a[data-soft][href="${CSS.escape(link.getAttribute('href'))}"]`);
    if (document.activeElement === document.body) (same ?? one('#main')).focus({ preventScroll: true });
  });
});
addEventListener('popstate', () => take(location.pathname + location.search));

/* The server says when something has changed; a busy one is asked once in a while. */

const LEAST_PAUSE = 700;
let due, last = 0, cost = 0;
function refreshSoon() {
  due ??= setTimeout(async () => {
    due = undefined;
    const began = performance.now();
    await refresh();
    last = performance.now();
    cost = last - began;
  }, Math.max(20, last + Math.max(LEAST_PAUSE, 3 * cost) - performance.now()));
}

const connection = one('#connection');
const about = one('#workspace')?.dataset.id;
let live = false;

/* Anew: what changed until now was told by nobody. */
function connected(now, anew = false) {
  if (now && (anew || !live)) refresh();
  live = now;
  const text = live ? 'Live' : 'Reconnecting…';
  if (connection.textContent !== text) connection.textContent = text;
  connection.dataset.state = live ? 'live' : 'lost';
}

/* Pages that nobody looks at hold no connection, and of the others one listens for all. */
if (one('[data-follows]')) {
  const others = navigator.locks && new BroadcastChannel('atelier-events');
  let seen = false, leads = false;

  const hear = news => {
    if (!seen) return;
    if ('live' in news) connected(news.live, news.anew);
    // Which instances; none in particular: any.
    else if (!about || !news.changed || news.changed.split(' ').includes(about)) refreshSoon();
  };
  const tell = news => {
    others?.postMessage(news);
    hear(news);
  };
  const listen = signal => {
    if (signal.aborted) return;
    const events = new EventSource('/events');
    signal.addEventListener('abort', () => events.close());
    events.addEventListener('begin', () => tell({ live: true, anew: true }));
    events.addEventListener('changed', event => tell({ changed: event.data }));
    events.addEventListener('error', () => {
      tell({ live: false });
      if (events.readyState === EventSource.CLOSED) {
        // Signed out perhaps, which the page itself finds out.
        refresh();
        setTimeout(listen, 5000, signal);
      }
    });
  };
  others?.addEventListener('message', ({ data: news }) => {
    if (!news.asked) hear(news);
    else if (leads) others.postMessage({ live });
  });
  whileSeen(signal => {
    seen = true;
    signal.addEventListener('abort', () => { seen = leads = live = false; });
    others?.postMessage({ asked: true });
    hold('events', 1, signal, () => {
      leads = true;
      listen(signal);
    });
  });
  setInterval(() => !document.hidden && refreshSoon(), 30000);
} else {
  connection.textContent = '';
}
