// SPDX-License-Identifier: Apache-2.0
/* Elements by their selectors. */

export const one = (selector, within = document) => within.querySelector(selector);
export const all = (selector, within = document) => within.querySelectorAll(selector);
