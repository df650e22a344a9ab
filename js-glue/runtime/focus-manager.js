import { PlatformSignal } from './platform-signal.js';

/** Whether somebody sees the page. */
export class FocusManager extends PlatformSignal {
  /** What the app said; undefined leaves it to the platform. @type {boolean | undefined} */
  #said;

  constructor() {
    super(listenToVisibility);
  }

  /** @param {boolean | undefined} [focused] undefined asks the platform again */
  setFocused(focused) {
    if (this.#said === focused) return;
    this.#said = focused;
    this.onFocus();
  }

  onFocus() {
    this.emit(this.isFocused());
  }

  isFocused() {
    return this.#said ?? globalThis.document?.visibilityState !== 'hidden';
  }

  /** @protected @override @param {boolean | undefined} value */
  reported(value) {
    if (typeof value === 'boolean') this.setFocused(value);
    else this.onFocus();
  }
}

/** @param {() => void} report */
function listenToVisibility(report) {
  if (typeof window === 'undefined' || !window.addEventListener) return undefined;
  const changed = () => report();
  // A page that comes out of the back/forward cache has been frozen: its sockets may be dead.
  const shown = (/** @type {PageTransitionEvent} */ { persisted }) => persisted && report();
  window.addEventListener('visibilitychange', changed);
  window.addEventListener('pageshow', shown);
  return () => {
    window.removeEventListener('visibilitychange', changed);
    window.removeEventListener('pageshow', shown);
  };
}

export const focusManager = new FocusManager();
