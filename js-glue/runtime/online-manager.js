import { PlatformSignal } from './platform-signal.js';

/**
 * Whether there is a network. True until an event says otherwise: what platforms answer when asked
 * at the start is too often wrong.
 */
export class OnlineManager extends PlatformSignal {
  #online = true;

  constructor() {
    super(listenToNetwork);
  }

  /** @param {boolean} online */
  setOnline(online) {
    if (this.#online === online) return;
    this.#online = online;
    this.emit(online);
  }

  isOnline() {
    return this.#online;
  }

  /** @protected @override @param {boolean | undefined} value */
  reported(value) {
    this.setOnline(value === true);
  }
}

/** @param {(online: boolean) => void} report */
function listenToNetwork(report) {
  if (typeof window === 'undefined' || !window.addEventListener) return undefined;
  const online = () => report(true);
  const offline = () => report(false);
  window.addEventListener('online', online);
  window.addEventListener('offline', offline);
  return () => {
    window.removeEventListener('online', online);
    window.removeEventListener('offline', offline);
  };
}

export const onlineManager = new OnlineManager();
