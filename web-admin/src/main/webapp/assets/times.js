// SPDX-License-Identifier: Apache-2.0
/* Times, in the viewer's language and zone. */

import { all } from './dom.js';

const MINUTE = 60, HOUR = 60 * MINUTE, DAY = 24 * HOUR;
const moment = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });
const day = new Intl.DateTimeFormat(undefined, { month: 'short', day: 'numeric' });
const dayAndClock = new Intl.DateTimeFormat(undefined, { month: 'short', day: 'numeric', hour: 'numeric', minute: '2-digit' });
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

const sameDay = (one, other) => one.toDateString() === other.toDateString();

function shown(kind, at, seconds) {
  switch (kind) {
    case 'age': return age(-seconds);
    case 'ago': return ago(-seconds);
    case 'until': return until(seconds);
    case 'clock': return sameDay(at, new Date()) ? clock.format(at) : dayAndClock.format(at);
    case 'day': return day.format(at);
    default: return moment.format(at);
  }
}

function show(time) {
  const at = new Date(time.dateTime);
  if (Number.isNaN(at.getTime())) {
    time.textContent = '';
    return;
  }
  const text = shown(time.dataset.shown, at, (at - Date.now()) / 1000);
  if (time.textContent !== text) time.textContent = text;
  if (time.dataset.shown && time.dataset.shown !== 'moment') time.title = moment.format(at);
}

export function showTimes(within = document) {
  all('time[datetime]', within).forEach(show);
  for (const tip of all('title[data-at]', within)) {
    const at = dayAndClock.format(new Date(tip.dataset.at));
    if (!tip.textContent.startsWith(at)) tip.textContent = `${at}: ${tip.textContent}`;
  }
}
