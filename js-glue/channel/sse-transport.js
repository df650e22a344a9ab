import { Close } from '../engine/codes.js';
import { SseParser } from './sse-parser.js';
import { ABNORMAL_CLOSURE } from './websocket.js';

/** @import { ChannelOptions } from './channel-options.js' */

const TRY_AGAIN_LATER = 1013;
/** What a status says in a WebSocket's words. @type {Readonly<Record<number, number>>} */
const CLOSE_CODES = Object.freeze({
  400: Close.PROTOCOL_ERROR,
  401: Close.NOT_SIGNED_IN,
  403: Close.FORBIDDEN,
});

/**
 * Opens a stream of Server-Sent Events that looks like a socket: the ticket, the scopes and the position
 * are said with the request, and what would have to be said later is said with another one. After `close`
 * nothing is heard of it any more.
 *
 * It is read with `fetch`: an EventSource has no header for the ticket, which would stand in the URL and in
 * logs, it comes back by rules of its own with a ticket that is used up, and it hides the status.
 *
 * @param {ChannelOptions} options
 * @param {{ opened(): void, text(text: string): void, closed(code: number, reason?: string): void, moved(): void,
 *   isNoStream(response: Response): void }} on
 *   moved: the scopes are others than the request named; to hear of them takes another request
 * @param {() => { scopes: readonly string[], resume: { epoch: string, seq: number } | null }} subscription
 */
export function openSse(options, on, subscription) {
  const controller = new AbortController();
  let isOver = false;
  /** The scopes that the request named, as JSON. @type {string | null} */
  let named = null;
  /** The first subscription says what the request has said. */
  let isSubscribed = false;

  const over = (/** @type {number} */ code, reason = '') => {
    if (isOver) return;
    isOver = true;
    controller.abort();
    on.closed(code, reason);
  };

  /** @param {string} [ticket] */
  async function request(ticket) {
    const { scopes, resume } = subscription();
    named = JSON.stringify(scopes);
    try {
      const url = new URL(options.url());
      for (const scope of scopes) url.searchParams.append('scope', scope);
      const response = await options.fetch(url.href, {
        headers: {
          accept: 'text/event-stream',
          ...(ticket !== undefined && { authorization: `Bearer ${ticket}` }),
          ...(resume && { 'last-event-id': `${resume.epoch}:${resume.seq}` }),
        },
        cache: 'no-store',
        redirect: 'error',
        signal: controller.signal,
      });
      await read(response, ticket === undefined);
      over(ABNORMAL_CLOSURE);
    } catch {
      over(ABNORMAL_CLOSURE);
    }
  }

  /** @param {Response} response @param {boolean} opens nothing was said before */
  async function read(response, opens) {
    const type = response.headers.get('content-type') ?? '';
    if (!response.ok || !response.body || !type.startsWith('text/event-stream')) {
      if (!isOver && (response.ok || response.status === 404)) on.isNoStream(response);
      const reason = response.headers.get('tidemark-reason') ?? '';
      const code = CLOSE_CODES[response.status] ?? (reason ? TRY_AGAIN_LATER : ABNORMAL_CLOSURE);
      over(code, reason);
      return;
    }
    if (opens && !isOver) on.opened();
    const events = new SseParser(options.messageBytes, (text) => isOver || on.text(text));
    const pieces = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let piece = await pieces.read(); !piece.done && !isOver; piece = await pieces.read()) {
      events.push(piece.value);
    }
  }

  if (options.ticket) queueMicrotask(() => isOver || on.opened());
  else request();
  return {
    /** @param {{ type: string, ticket?: string, scopes?: readonly string[] }} frame */
    send(frame) {
      if (isOver) return;
      if (frame.type === 'auth') request(frame.ticket);
      if (frame.type !== 'subscribe') return;
      if (named !== JSON.stringify(frame.scopes)) queueMicrotask(() => isOver || on.moved());
      else if (isSubscribed) queueMicrotask(() => over(ABNORMAL_CLOSURE));
      isSubscribed = true;
    },
    close() {
      isOver = true;
      controller.abort();
    },
  };
}
