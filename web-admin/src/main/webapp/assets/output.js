// SPDX-License-Identifier: Apache-2.0
/* What the instance writes. The reader stays where it is unless its end was in view. */

import { one } from './dom.js';
import { hold, whileSeen } from './places.js';

const MOST_TEXT = 200_000;

/* Pages of one browser that show it at the same time; one more connection follows changes. */
const MOST_READERS = 4;

const article = one('#workspace');
const log = one('#log');
const panel = one('#output');
const note = one('#output-note');

/* The text: whole lines, oldest first, then the line that is being written. */
let size = 0, line = '';
const shownLine = document.createTextNode('');

function clear() {
  size = 0;
  line = '';
  shownLine.data = '';
  log.replaceChildren(shownLine);
}

/* What stood on a line last: a carriage return goes back to its begin, and what comes then covers it. */
function lastWritten(text) {
  let end = text.length;
  while (text[end - 1] === '\r') end--;
  return text.slice(end === 0 ? 0 : text.lastIndexOf('\r', end - 1) + 1, end);
}

const isHalf = character => character >= '\udc00' && character <= '\udfff';

function add(text) {
  const lines = (line + text).split('\n');
  const last = lines.pop();
  if (lines.length) {
    const whole = document.createTextNode(`${lines.map(lastWritten).join('\n')}\n`);
    log.insertBefore(whole, shownLine);
    size += whole.length;
  }
  const written = lastWritten(last).slice(-MOST_TEXT);
  line = last.endsWith('\r') ? `${written}\r` : written;
  size += written.length - shownLine.length;
  if (shownLine.data !== written) shownLine.data = written;
  cut();
}

/* The oldest goes, up to the end of a line where there is one. */
function cut() {
  while (size > MOST_TEXT) {
    const oldest = log.firstChild;
    const over = size - MOST_TEXT;
    if (oldest.length <= over && oldest !== shownLine) {
      size -= oldest.length;
      oldest.remove();
      continue;
    }
    const end = oldest.data.indexOf('\n', over - 1);
    let count = end < 0 ? over : end + 1;
    if (isHalf(oldest.data[count])) count++;
    oldest.deleteData(0, count);
    size -= count;
    if (oldest === shownLine) line = line.slice(count);
  }
}

/* Where the reader was before the text began anew; undefined: at its end. */
let place;
const atEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < 8;

function show(text) {
  const follows = place === undefined && atEnd();
  add(text);
  panel.hidden = size === 0 && note.hidden;
  if (follows) {
    log.scrollTop = log.scrollHeight;
  } else if (place !== undefined) {
    log.scrollTop = place;
    if (log.scrollTop >= place - 1) place = undefined;
  }
}

/* Laying out a long text takes long: much that comes at once is shown at once, and what takes the
   page long is done for at most a quarter of the time. */
const LEAST_PAUSE = 50;
let coming = [], length = 0, anew = false, due, pause = LEAST_PAUSE;

/* Forgets what is shown with the next text, but not where the reader is. */
function begin() {
  coming = [];
  length = 0;
  anew = true;
}

function write(text) {
  coming.push(text);
  length += text.length;
  if (length > 2 * MOST_TEXT) {
    // What was before is not seen any more.
    const newest = coming.join('').slice(-MOST_TEXT);
    begin();
    coming.push(newest.slice(isHalf(newest[0]) ? 1 : 0));
    length = newest.length;
  }
  due ??= setTimeout(showWhatCame, pause);
}

function showWhatCame() {
  due = undefined;
  const began = performance.now();
  if (anew) {
    if (size > 0) place = atEnd() ? undefined : log.scrollTop;
    clear();
    anew = false;
  }
  const text = coming.join('');
  coming = [];
  length = 0;
  show(text);
  pause = Math.max(LEAST_PAUSE, 3 * (performance.now() - began));
}

/* Who waits for a place is told why nothing comes. */
const PATIENCE = 1000;
const FULL = 'Too many readers: other pages show output just now. It comes here when one of them is closed or hidden.';

function tell(text) {
  note.textContent = text;
  note.hidden = text === '';
  panel.hidden = size === 0 && note.hidden;
}

let asked, whole = false;

/* From its beginning, until `signal` is aborted. */
function read(signal) {
  const output = new EventSource(`/workspaces/${encodeURIComponent(article.dataset.id)}/log`);
  signal.addEventListener('abort', () => output.close());
  output.addEventListener('begin', () => {
    tell('');
    begin();
  });
  output.addEventListener('full', () => tell(FULL));
  output.addEventListener('text', event => write(JSON.parse(event.data)));
  output.addEventListener('end', () => {
    whole = true;
    leave();
  });
  output.addEventListener('error', () => output.readyState === EventSource.CLOSED && leave());
}

function ask() {
  if (asked || whole || document.hidden) return;
  asked = new AbortController();
  const { signal } = asked;
  const impatient = setTimeout(tell, PATIENCE, FULL);
  signal.addEventListener('abort', () => clearTimeout(impatient));
  hold('output', MOST_READERS, signal, () => {
    clearTimeout(impatient);
    tell('');
    read(signal);
  });
}

function leave() {
  asked?.abort();
  asked = undefined;
}

if (article && log) {
  clear();
  whileSeen(signal => {
    ask();
    signal.addEventListener('abort', leave);
  });
  // There is nothing to read until it has begun.
  document.addEventListener('refreshed', ask);
}
