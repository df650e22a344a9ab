/** @import { ChannelOptions } from './channel-options.js' */

/** As the platform says it when a connection went away without a word. */
export const ABNORMAL_CLOSURE = 1006;

/**
 * Opens a WebSocket. After `close` nothing is heard of it any more.
 *
 * @param {ChannelOptions} options
 * @param {{ opened(): void, text(text: string): void, closed(code: number, reason?: string): void }} on
 */
export function openSocket(options, on) {
  /** @type {WebSocket | null} */
  let socket = null;
  let isOver = false;
  const over = (/** @type {number} */ code, /** @type {string} */ reason = '') => {
    if (!isOver) on.closed(code, reason);
    isOver = true;
  };
  try {
    socket = new options.WebSocket(options.url());
    socket.onopen = () => isOver || on.opened();
    // A binary frame is no message; as an empty text the core counts it as a bad one.
    socket.onmessage = ({ data }) => isOver || on.text(typeof data === 'string' ? data : '');
    socket.onclose = ({ code, reason }) => over(code, reason);
    // A close follows. In Node an error that nobody listens to would end the process.
    socket.onerror = () => {};
  } catch {
    queueMicrotask(() => over(ABNORMAL_CLOSURE));
  }
  return {
    /** @param {object} frame */
    send(frame) {
      if (!isOver && socket?.readyState === 1) socket.send(JSON.stringify(frame));
    },
    /** @param {number} code */
    close(code) {
      isOver = true;
      // Platforms let a page say only these.
      socket?.close(code === 1000 || (code >= 3000 && code <= 4999) ? code : 1000);
    },
  };
}
