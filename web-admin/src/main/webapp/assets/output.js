// SPDX-License-Identifier: Apache-2.0
/* What the instance writes. The reader stays where it is unless its end was in view. */

import { one } from './times.js';

const article = one('#workspace');
const log = one('#log');
const MOST_TEXT = 200_000;

function write(text) {
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 8;
  const whole = log.textContent + text;
  log.textContent = whole.length > MOST_TEXT ? whole.slice(whole.indexOf('\n', whole.length - MOST_TEXT) + 1) : whole;
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

if (article && log) {
  read();
  addEventListener('pagehide', () => output?.close());
  addEventListener('pageshow', event => event.persisted && read());
  // There is nothing to read until it has begun.
  document.addEventListener('refreshed', () => output || read());
}
