/** The figures of the pages. */
import { setTimeout as wait } from 'node:timers/promises';
import { changeDuringCut, changeInBurst, changeOneByOne, cutQuietly } from './changes.js';
import { PAGES } from './pages.js';

/** @import { Outcome } from './changes.js' */
/** @import { Clinic } from './clinic.js' */

/** Pages take turns, so that what else the machine does falls on all of them. */
const ROUNDS = 5;
/** Milliseconds after which a page has asked for whatever follows from what it heard. */
const SETTLE = 3000;
/** Milliseconds after which a connection counts as stable again for who backs off. */
const STABLE = 11_000;

/** @typedef {{ delays: number[], missed: number, requests: number }} Single */

/**
 * Changes one by one, with one page open at a time.
 *
 * @param {Clinic} clinic @param {{ changes: number }} effort changes: of each page
 * @returns {Promise<Record<string, Single>>} by page
 */
export async function measureSingle(clinic, { changes }) {
  /** @type {Record<string, Single>} */
  const all = {};
  for (const name in PAGES) all[name] = { delays: [], missed: 0, requests: 0 };
  for (let round = 0; round < ROUNDS; round++) {
    for (const name in PAGES) {
      const page = await clinic.open(name);
      await wait(SETTLE);
      const before = page.asked().requests;
      const { delays, missed } = await changeOneByOne(clinic, page, changes / ROUNDS, pause);
      all[name].requests += page.asked().requests - before;
      all[name].delays.push(...delays);
      all[name].missed += missed;
      await page.close();
    }
  }
  return all;
}

/** Spread evenly over a second, so that changes meet polls at any time between two. @param {number} i */
const pause = (i) => wait(250 + ((i * 0.618034) % 1) * 1000);

/** @typedef {Partial<Outcome> & { requests: number, reads: number }} Event */
/** @typedef {{ idle: Event, bursts: Event[], quietCuts: Event[], cuts: Event[] }} Together */

/**
 * Idle time, bursts of changes and cuts, with all pages open at once: each goes through the same.
 *
 * @param {Clinic} clinic
 * @param {{ idleSeconds: number, times: number }} effort times: how many bursts, and cuts of a kind
 * @returns {Promise<Record<string, Together>>} by page
 */
export async function measureTogether(clinic, { idleSeconds, times }) {
  const names = Object.keys(PAGES);
  const pages = await Promise.all(names.map((name) => clinic.open(name)));
  /** @param {() => Promise<Outcome[] | undefined>} work @returns {Promise<Event[]>} by page */
  const during = async (work) => {
    const before = pages.map((page) => page.asked());
    const outcomes = await work();
    return pages.map((page, i) => {
      const { requests, reads } = page.asked();
      return {
        ...outcomes?.[i],
        requests: requests - before[i].requests,
        reads: reads - before[i].reads,
      };
    });
  };
  /** Until every page is back, and longer. @param {() => Promise<Outcome[] | undefined>} work */
  const around = (work) =>
    during(async () => {
      const outcomes = await work();
      await Promise.all(pages.map((page) => page.ready()));
      await wait(SETTLE);
      return outcomes;
    });

  await wait(SETTLE);
  const idle = await during(() => wait(idleSeconds * 1000));
  const bursts = [];
  const quietCuts = [];
  const cuts = [];
  for (let i = 0; i < times; i++) {
    bursts.push(await around(() => changeInBurst(clinic, pages)));
    await wait(STABLE);
    quietCuts.push(await around(() => cutQuietly(clinic)));
    await wait(STABLE);
    cuts.push(await around(() => changeDuringCut(clinic, pages)));
  }
  await Promise.all(pages.map((page) => page.close()));
  const of = (/** @type {Event[][]} */ events, /** @type {number} */ i) => events.map((e) => e[i]);
  return Object.fromEntries(
    names.map((name, i) => [
      name,
      { idle: idle[i], bursts: of(bursts, i), quietCuts: of(quietCuts, i), cuts: of(cuts, i) },
    ]),
  );
}
