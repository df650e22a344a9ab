/** The list that all three pages show, and when each of its texts was painted. */

/** @typedef {{ id: number, patient: string, room: string }} Appointment */

const list = /** @type {HTMLElement} */ (document.getElementById('list'));
/** @type {Map<number, HTMLElement>} by appointment */
const rooms = new Map();
/** When a text was on screen for the first time, in ms since 1970. @type {Map<string, number>} */
const paintedAt = new Map();
/** @type {Map<string, (at: number) => void>} */
const awaited = new Map();

/**
 * Shows an observer's list, and tells the bench of it.
 *
 * @param {{ subscribe: (listener: (result: { data?: Appointment[] }) => void) => unknown }} observer
 * @param {() => boolean} [isLive] does the page hear of changes now? Always, unless said
 */
export function showList(observer, isLive = () => true) {
  observer.subscribe(show);
  /** @type {any} */ (globalThis).bench = {
    isReady: () => rooms.size > 0 && isLive(),
    /** @param {string} text @returns {number | Promise<number>} when it was painted */
    painted: (text) => paintedAt.get(text) ?? new Promise((resolve) => awaited.set(text, resolve)),
  };
}

/** @param {{ data?: Appointment[] }} result */
function show({ data = [] }) {
  for (const appointment of data) {
    const room = rooms.get(appointment.id) ?? addRow(appointment);
    if (room.textContent === appointment.room) continue;
    room.textContent = appointment.room;
    requestAnimationFrame(() => afterPaint(() => notePainted(appointment.room)));
  }
}

/** @param {Appointment} appointment */
function addRow({ id, patient }) {
  const row = document.createElement('li');
  const room = document.createElement('strong');
  row.append(`${patient}: `, room);
  list.append(row);
  rooms.set(id, room);
  return room;
}

/** A frame's callbacks run before it is painted, the next task after. @param {() => void} task */
function afterPaint(task) {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    task();
  };
  port2.postMessage(null);
}

/** @param {string} text */
function notePainted(text) {
  if (paintedAt.has(text)) return;
  const at = performance.timeOrigin + performance.now();
  paintedAt.set(text, at);
  awaited.get(text)?.(at);
}
