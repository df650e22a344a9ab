/** What happens to the list while pages show it, and when they show that. */
import { setTimeout as wait } from 'node:timers/promises';
import { APPOINTMENTS } from './clinic.js';

/** @import { Change, Clinic, Page } from './clinic.js' */

export const CUT_MS = 2000;
export const BURST = { changes: 40, everyMs: 25 };

/** @typedef {{ late: number, missed: number }} Outcome late in ms, missed in changes */

/**
 * Changes the list again and again, each time when the change before is on screen.
 *
 * @param {Clinic} clinic @param {Page} page @param {number} count
 * @param {(i: number) => Promise<unknown>} [pause] before each change; none unless said
 * @returns {Promise<{ delays: number[], missed: number }>} ms from commit to paint
 */
export async function changeOneByOne(clinic, page, count, pause = async () => {}) {
  const delays = [];
  for (let i = 0; i < count; i++) {
    await pause(i);
    const { room, committedAt } = await clinic.change();
    const paintedAt = await page.painted(room);
    if (paintedAt !== null) delays.push(paintedAt - committedAt);
  }
  return { delays, missed: count - delays.length };
}

/**
 * Changes the list faster than anybody reads.
 *
 * @param {Clinic} clinic @param {Page[]} pages
 * @returns {Promise<Outcome[]>} by page; late after the last commit
 */
export async function changeInBurst(clinic, pages) {
  const changes = await changeMany(clinic, BURST.changes, BURST.everyMs);
  const { committedAt } = changes[changes.length - 1];
  return Promise.all(pages.map((page) => untilShown(page, changes, committedAt)));
}

/**
 * Cuts the sockets of all pages, and changes each appointment once meanwhile.
 *
 * @param {Clinic} clinic @param {Page[]} pages
 * @returns {Promise<Outcome[]>} by page; late after the end of the cut
 */
export async function changeDuringCut(clinic, pages) {
  await clinic.cut(CUT_MS / 1000);
  const end = now() + CUT_MS;
  const changes = await changeMany(clinic, APPOINTMENTS, CUT_MS / (APPOINTMENTS + 2));
  return Promise.all(pages.map((page) => untilShown(page, changes, end)));
}

/** Cuts the sockets of all pages while nothing changes. @param {Clinic} clinic */
export async function cutQuietly(clinic) {
  await clinic.cut(CUT_MS / 1000);
  await wait(CUT_MS);
}

/** @param {Clinic} clinic @param {number} count @param {number} everyMs */
async function changeMany(clinic, count, everyMs) {
  /** @type {Change[]} */
  const changes = [];
  for (let i = 0; i < count; i++) {
    await wait(everyMs);
    changes.push(await clinic.change());
  }
  return changes;
}

/**
 * Waits for the last change of each appointment: what it replaced need not have shown.
 *
 * @param {Page} page @param {Change[]} changes @param {number} since
 * @returns {Promise<Outcome>}
 */
async function untilShown(page, changes, since) {
  const last = changes.slice(-APPOINTMENTS);
  const painted = await Promise.all(last.map(({ room }) => page.painted(room)));
  const shown = painted.filter((at) => at !== null);
  return {
    late: Math.max(0, ...shown.map((at) => at - since)),
    missed: last.length - shown.length,
  };
}

/** In ms since 1970, finer than Date.now(); as the server and the pages tell it. */
const now = () => performance.timeOrigin + performance.now();
