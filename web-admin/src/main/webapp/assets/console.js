const one = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => within.querySelectorAll(selector);

/* Times, in the viewer's language and zone. */

const MINUTE = 60, HOUR = 60 * MINUTE, DAY = 24 * HOUR;
const moment = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'always' });

function amount(seconds) {
  if (seconds < HOUR) return [Math.floor(seconds / MINUTE), 'minute'];
  if (seconds < 2 * DAY) return [Math.floor(seconds / HOUR), 'hour'];
  return [Math.floor(seconds / DAY), 'day'];
}

function age(seconds) {
  if (seconds < MINUTE) return 'just now';
  const [count, unit] = amount(seconds);
  return new Intl.NumberFormat(undefined, { style: 'unit', unit, unitDisplay: 'short' }).format(count);
}

function until(seconds) {
  if (seconds <= 0) return 'any moment';
  return seconds < MINUTE ? 'in under a minute' : relative.format(...amount(seconds));
}

function ago(seconds) {
  if (seconds < MINUTE) return 'just now';
  const [count, unit] = amount(seconds);
  return relative.format(-count, unit);
}

function show(time) {
  const at = new Date(time.dateTime);
  if (Number.isNaN(at.getTime())) {
    time.textContent = '';
    return;
  }
  const seconds = (at - Date.now()) / 1000;
  const text = { age: () => age(-seconds), ago: () => ago(-seconds), until: () => until(seconds) }[time.dataset.shown]?.() ?? moment.format(at);
  if (time.textContent !== text) time.textContent = text;
  if (time.dataset.shown !== 'moment') time.title = moment.format(at);
}

const showTimes = (within = document) => all('time[datetime]', within).forEach(show);
showTimes();
setInterval(showTimes, 5000);

/* What changed, for ears: once a second at most. */

const said = new Map();
let speaking;
function say(name, label) {
  said.set(name, `${name}: ${label}`);
  speaking ??= setTimeout(() => {
    const news = [...said.values()];
    one('#announcer').textContent = news.length > 3 ? `${news.length} workspaces changed` : news.join('. ');
    said.clear();
    speaking = undefined;
  }, 1000);
}

/* The table. */

const list = one('#workspaces');

function fill(row, data) {
  row.dataset.id = data.id;
  row.dataset.phase = data.phase;
  row.dataset.created = data.created;
  one('a', row).href = `/workspaces/${encodeURIComponent(data.id)}`;
  one('form', row).action = `/workspaces/${encodeURIComponent(data.id)}/stop`;
  for (const field of all('[data-field]', row)) {
    const value = data[field.dataset.field];
    if (field instanceof HTMLTimeElement) {
      field.dateTime = value;
      show(field);
    } else if (field instanceof HTMLButtonElement) {
      leave(field, !value);
    } else if (field.textContent.trim() !== value) {
      field.textContent = value;
    }
  }
  const note = one('.note', row);
  note.dataset.failed = data.failed;
  note.title = data.note;
}

/* A button that goes away must not take the keyboard's place on the page with it. */
function leave(button, hidden) {
  if (hidden && document.activeElement === button) {
    (one('a', button.closest('tr') ?? button.closest('article')) ?? one('#main')).focus();
  }
  button.hidden = hidden;
}

const rowOf = id => one(`tr[data-id="${CSS.escape(id)}"]`, list);

function place(data) {
  let row = rowOf(data.id);
  if (row) {
    if (row.dataset.phase !== data.phase) say(data.name, data.label);
  } else {
    row = one('#row').content.firstElementChild.cloneNode(true);
    row.dataset.new = '';
    const older = [...list.rows].find(other => other.dataset.created < data.created);
    list.insertBefore(row, older ?? null);
    refreshSoon();
    say(data.name, data.label);
  }
  fill(row, data);
  count();
}

function count() {
  const none = list.rows.length === 0;
  one('#empty').hidden = !none;
  one('#filled').hidden = none;
}

function remove(id) {
  rowOf(id)?.remove();
  count();
  refreshSoon();
}

/* One instance: what the server shows of it now, part by part. */

const article = one('#workspace');
let refreshing = false, stale = false;

async function refresh() {
  if (refreshing) {
    stale = true;
    return;
  }
  refreshing = true;
  try {
    do {
      stale = false;
      const response = await fetch(location.pathname, { headers: { Accept: 'text/html' } });
      if (!response.ok) return;
      const fresh = new DOMParser().parseFromString(await response.text(), 'text/html');
      for (const part of all('[data-live]')) {
        const next = fresh.getElementById(part.id);
        showTimes(next);
        if (next && next.innerHTML !== part.innerHTML) part.replaceChildren(...next.childNodes);
      }
      if (article) {
        for (const button of ['#stop', '#backup']) leave(one(button), one(button, fresh).hidden);
      }
    } while (stale);
  } finally {
    refreshing = false;
  }
}

/* What is unsaved changes where instances come and go: not with each of many. */

let later;
function refreshSoon() {
  later ??= setTimeout(() => {
    later = undefined;
    refresh();
  }, 2000);
}

function follow(data) {
  if (article.dataset.phase !== data.phase) say(data.name, data.label);
  article.dataset.phase = data.phase;
  if (!output) read();
  refresh();
}

/* The server's events. */

const connection = one('#connection');
function connected(live) {
  const text = live ? 'Live' : 'Reconnecting…';
  if (connection.textContent !== text) connection.textContent = text;
  connection.dataset.state = live ? 'live' : 'lost';
  connection.hidden = false;
}

let events;
function listen() {
  events = new EventSource(article ? `/events?workspace=${encodeURIComponent(article.dataset.id)}` : '/events');
  events.addEventListener('open', () => connected(true));
  events.addEventListener('error', () => {
    connected(false);
    if (events.readyState === EventSource.CLOSED) setTimeout(listen, 5000);
  });
  events.addEventListener('workspace', event => (article ? follow : place)(JSON.parse(event.data)));
  if (list) {
    events.addEventListener('gone', event => remove(JSON.parse(event.data)));
    events.addEventListener('known', event => {
      const known = new Set(JSON.parse(event.data));
      [...list.rows].filter(row => !known.has(row.dataset.id)).forEach(row => remove(row.dataset.id));
    });
  }
}

if (list || article) {
  listen();
  addEventListener('pagehide', () => events.close());
  addEventListener('pageshow', event => event.persisted && listen());
}

/* What the instance writes. The reader stays where it is unless its end was in view. */

const log = one('#log');
const MOST_TEXT = 200_000;

function write(text) {
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 8;
  const all = log.textContent + text;
  log.textContent = all.length > MOST_TEXT ? all.slice(all.indexOf('\n', all.length - MOST_TEXT) + 1) : all;
  one('#output').hidden = log.textContent === '';
  if (atEnd) log.scrollTop = log.scrollHeight;
}

let output;
function read() {
  output?.close();
  output = new EventSource(`/workspaces/${encodeURIComponent(article.dataset.id)}/log`);
  output.addEventListener('begin', () => { log.textContent = ''; });
  output.addEventListener('text', event => write(JSON.parse(event.data)));
  output.addEventListener('end', () => output.close());
  output.addEventListener('error', () => {
    if (output.readyState === EventSource.CLOSED) output = undefined;
  });
}

if (article) {
  addEventListener('pagehide', () => output?.close());
  addEventListener('pageshow', read);
}

/* What cannot be undone asks once, and leaves the page as it is. */

const confirmation = one('#confirm');

function ask(question, act) {
  one('#confirm-title').textContent = question.title;
  one('#confirm-text').textContent = question.text;
  one('#confirm-keep').textContent = question.keep;
  one('#confirm-act').textContent = question.act;
  confirmation.returnValue = '';
  confirmation.onclose = () => confirmation.returnValue === 'act' && act();
  confirmation.showModal();
}

document.addEventListener('submit', event => {
  const form = event.target;
  if (form.matches('form.stop')) {
    event.preventDefault();
    const name = one('[data-field="name"]', form.closest('tr') ?? form)?.textContent.trim() || article?.dataset.name;
    const question = { title: `Stop ${name}?`, text: 'Its processes get 30 seconds to end.', keep: 'Keep running', act: 'Stop' };
    ask(question, () => send(form));
  } else if (form.matches('form.asks')) {
    event.preventDefault();
    const { question, text, keep, act } = form.dataset;
    ask({ title: question, text, keep, act }, () => letGo(form));
  } else if (form.matches('form.backup')) {
    event.preventDefault();
    backUp(form);
  }
});

async function letGo(form) {
  if (!await send(form)) return;
  say(form.dataset.name, 'let go of');
  await refresh();
  (one('#unsaved-title') ?? one('#main')).focus();
}

async function backUp(form) {
  const said = one('#backup-said');
  said.textContent = '';
  if (await send(form)) said.textContent = 'Asked for. What comes of it shows here.';
}

/* Answers whether it was accepted. */
async function send(form) {
  const button = one('button', form);
  button.disabled = true;
  try {
    const response = await fetch(form.action, { method: 'POST' });
    if (!response.ok) problem(await response.text());
    return response.ok;
  } catch {
    problem('The manager cannot be reached.');
    return false;
  } finally {
    button.disabled = false;
  }
}

function problem(text) {
  const banner = document.createElement('p');
  banner.className = 'banner failed';
  banner.role = 'alert';
  banner.textContent = text;
  one('h1').after(banner);
  setTimeout(() => banner.remove(), 10000);
}

/* Where to go on after a form came back. */

one('[aria-invalid="true"]')?.focus();
if (location.search.startsWith('?started=')) history.replaceState(null, '', '/');
