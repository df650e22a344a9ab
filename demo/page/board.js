/**
 * The waiting-room board: tidemark on a page without a framework.
 */
import { QueryObserver, render } from 'tidemark';
import { openDesk } from './desk.js';
import { sentenceFor } from './errors.js';
import { keys } from './keys.js';

/** @typedef {{ id: number, startsAt: string, room: string, status: string, initials: string }} Place */

/** @param {{ data?: Place[], error: unknown }} result @returns {Node | string} */
function view({ data, error }) {
  if (!data) return error ? sentenceFor(error) : 'Loading…';
  if (data.length === 0) return 'Nobody is waiting.';
  const list = document.createElement('ol');
  list.append(...data.map(placeOf));
  return list;
}

/** @param {Place} place */
function placeOf({ startsAt, room, status, initials }) {
  const item = document.createElement('li');
  const call = status === 'in_progress' ? 'please come in' : 'please wait';
  item.dataset.status = status;
  item.append(
    textIn('time', startsAt),
    textIn('strong', initials),
    textIn('span', room),
    textIn('em', call),
  );
  return item;
}

/** @param {string} tag @param {string} text */
function textIn(tag, text) {
  const element = document.createElement(tag);
  element.textContent = text;
  return element;
}

const element = /** @type {HTMLElement} */ (document.getElementById('board'));
try {
  const { client, user, api } = await openDesk('display');
  const observer = new QueryObserver(client, {
    queryKey: keys.board(user),
    queryFn: (/** @type {any} */ context) => api.read('/board', context),
  });
  render(observer, element, view);
} catch (error) {
  element.textContent = sentenceFor(error);
}
