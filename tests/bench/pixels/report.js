/** The results as Markdown. */
import { median, percentile } from '../../soak/statistics.js';
import { provenance } from '../report.js';
import { BURST, CUT_MS } from './changes.js';
import { PAGES } from './pages.js';

/** @import { Event, Single, Together } from './measure.js' */

/**
 * @param {string} version of Chromium
 * @param {{ changes: number, idleSeconds: number, times: number }} effort
 * @param {Record<string, Single>} single @param {Record<string, Together>} together by page
 */
export function resultsPage(version, { changes, idleSeconds, times }, single, together) {
  return `# From commit to changed pixels

${provenance('./build.sh bench pixels')}

The clinic's own server on PGlite and three pages of one list of its operator, in Chromium ${version}, all
on one machine. Every page reads the list again when it hears of a change: row patches, which would need
no request, do not exist yet. The hand-written socket (\`tests/bench/pixels/pages/socket.js\`) hears the
same hub, calls \`invalidateQueries\` for each message, connects again after 1 s, 2 s, 4 s …, and then
invalidates everything. Requests are those to the API, for a socket's ticket too.

${changes} single SQL UPDATEs for each page, each 0.25 s to 1.25 s after the one before was on screen. Time
runs from the return of the transaction to the first task after the frame with the new text, so a wait for
the next frame is in it. tidemark leaves 250 ms between two refetches of a list (\`refetchSpacing\`); what
changes faster is in the second table.

| page | p50 | p99 | missed | requests per change | requests in ${idleSeconds} s idle |
|---|---|---|---|---|---|
${Object.entries(PAGES)
  .map(([name, title]) => singleLine(title, single[name], together[name]))
  .join('\n')}

Bursts of ${BURST.changes} UPDATEs, ${BURST.everyMs} ms apart; cuts that close all sockets and let none in for ${CUT_MS / 1000} s,
with nothing changed and with each of 8 rows changed once. Medians of ${times} each. Requests are counted until
3 s after the page is current, in brackets those that read the list: the others ask for a ticket, each
attempt to connect for one. "Current after" runs from the last commit of a burst and from the end of a cut,
the longest in brackets. A change is missed if it is not on screen within 15 s; what another change replaced
at once does not count. A cut closes sockets only: polling does not notice. tidemark waits up to 0.5 s, 1 s,
2 s, 4 s between attempts, at random, so that many pages do not come back at once.

| page | burst: requests | current after | quiet cut: requests | cut with changes: requests | current after | missed |
|---|---|---|---|---|---|---|
${Object.entries(PAGES)
  .map(([name, title]) => togetherLine(title, together[name]))
  .join('\n')}`;
}

/** @param {string} title @param {Single} single @param {Together} together */
function singleLine(title, { delays, missed, requests }, { idle }) {
  return row(
    title,
    ms(median(delays)),
    ms(percentile(delays, 0.99)),
    missed,
    (requests / (delays.length + missed)).toFixed(2),
    idle.requests,
  );
}

/** @param {string} title @param {Together} together */
function togetherLine(title, { bursts, quietCuts, cuts }) {
  const missed = [...bursts, ...cuts].reduce((sum, event) => sum + (event.missed ?? 0), 0);
  return row(title, asked(bursts), late(bursts), asked(quietCuts), asked(cuts), late(cuts), missed);
}

/** @param {Event[]} events */
function asked(events) {
  const all = median(events.map(({ requests }) => requests));
  return `${all} (${median(events.map(({ reads }) => reads))})`;
}

/** @param {Event[]} events */
function late(events) {
  const times = events.map((event) => event.late ?? 0);
  return `${ms(median(times))} (${ms(Math.max(...times))})`;
}

/** @param {number} value */
const ms = (value) => `${value.toFixed(0)} ms`;

/** @param {(string | number)[]} cells */
const row = (...cells) => `| ${cells.join(' | ')} |`;
