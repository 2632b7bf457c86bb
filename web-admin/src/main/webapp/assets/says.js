// SPDX-License-Identifier: Apache-2.0
/* What happens, for ears once a second at most, and for eyes in a corner. */

import { one } from './dom.js';

const said = new Map();
let speaking;
export function say(name, label) {
  said.set(name, `${name}: ${label}`);
  speaking ??= setTimeout(() => {
    const news = [...said.values()];
    one('#announcer').textContent = news.length > 3 ? `${news.length} workspaces changed` : news.join('. ');
    said.clear();
    speaking = undefined;
  }, 1000);
}

export function toast(text, failed = false) {
  const note = document.createElement('p');
  note.className = failed ? 'toast failed' : 'toast';
  if (failed) note.role = 'alert';
  note.textContent = text;
  one('#toasts').append(note);
  setTimeout(() => note.remove(), failed ? 10000 : 4000);
}
