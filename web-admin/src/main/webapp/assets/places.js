// SPDX-License-Identifier: Apache-2.0
/* A browser opens six connections to a host, for all of its pages together, and a page that follows
   something keeps one. So there are few places, which pages that are looked at hold in turn, and
   one connection is always left to load the next page. */

/* Does `begin` once one of so many places is free, and holds it until `signal` is aborted. Pages
   that came over plain http from elsewhere have no locks, and no places that end. */
export function hold(name, count, signal, begin) {
  if (!navigator.locks) {
    begin();
    return;
  }
  const waiting = new AbortController();
  signal.addEventListener('abort', () => waiting.abort());
  for (let number = 1; number <= count; number++) {
    navigator.locks.request(`atelier-${name}-${number}`, { signal: waiting.signal }, () => {
      // Two may become free at once.
      if (waiting.signal.aborted) return undefined;
      waiting.abort();
      const held = new Promise(free => signal.addEventListener('abort', free));
      begin();
      return held;
    }).catch(ended => {
      if (ended.name !== 'AbortError') throw ended;
    });
  }
}

/* Does `begin(signal)` whenever somebody looks at the page, and aborts the signal when nobody does. */
export function whileSeen(begin) {
  let seen;
  const look = () => {
    if (document.hidden) {
      seen?.abort();
      seen = undefined;
    } else if (!seen) {
      seen = new AbortController();
      begin(seen.signal);
    }
  };
  look();
  document.addEventListener('visibilitychange', look);
  addEventListener('pagehide', () => {
    seen?.abort();
    seen = undefined;
  });
  addEventListener('pageshow', event => event.persisted && look());
}
