/** tidemark's engine, as its own client uses it: JavaScript values in, handles out. */
import { RefetchType } from '../../../js-glue/engine/codes.js';
import { Engine } from '../../../js-glue/engine/engine.js';
import { EPOCH, groupOf, keyOf, messageOf, objectKeyOf, RULES, sample } from '../workload.js';
import { cycle } from './cycle.js';
import { linearMemory } from './linear-memory.js';

const GC_TIME = 300_000;
/** No storm is folded: each message is to mark its entry. */
const LIMITS = { entries: 2 ** 21, changesPerSecond: 2 ** 31 };

/** @param {number} size @param {(i: number) => unknown[]} keyAt */
function filled(size, keyAt) {
  const engine = new Engine({ seed: 1n, limits: LIMITS });
  for (let i = 0; i < size; i++) engine.setData(engine.build(keyAt(i), GC_TIME, 0), {}, 0);
  engine.drain(() => {});
  return engine;
}

/** @param {number} size @param {(i: number) => unknown[]} keyAt */
function find(size, keyAt) {
  const engine = filled(size, keyAt);
  return cycle(sample(size).map(keyAt), (key) => (engine.find(key) > 0 ? 1 : 0));
}

/** What invalidateQueries does unless told otherwise: refetch what somebody looks at. */
const MARK = { refetchType: RefetchType.ACTIVE, trail: false };

/** @param {number} size @param {(i: number) => unknown[]} filterAt */
function mark(size, filterAt) {
  const engine = filled(size, keyOf);
  return cycle(sample(size).map(filterAt), (filter) =>
    engine.invalidateMatching(filter, 0, MARK, 0),
  );
}

/** Up to the state in which changes arrive. @param {Engine} engine */
function subscribe(engine) {
  engine.connect({ ticket: true }, 0);
  engine.ticketReady(1, 0);
  engine.socketOpened(1, 0);
  engine.socketText(1, `{"type":"hello","v":1,"epoch":"${EPOCH}","seq":0,"ping":0}`, 0);
  const subscribed = `{"type":"subscribed","epoch":"${EPOCH}","seq":0,"recovered":true}`;
  engine.socketText(1, subscribed, 0);
  engine.drain(() => {});
}

/** @param {number} size */
function text(size) {
  const engine = filled(size, keyOf);
  engine.rules(JSON.stringify(RULES), 0);
  subscribe(engine);
  const order = sample(size);
  let seq = 0;
  /** @type {string[]} */
  let texts = [];
  return {
    /** @param {number} count */
    prepare(count) {
      texts = Array.from({ length: count }, () => {
        seq++;
        return messageOf(order[seq % order.length], seq);
      });
    },
    /** @param {number} count */
    run(count) {
      const before = engine.stats().marks;
      for (let i = 0; i < count; i++) engine.socketText(1, texts[i], 0);
      return engine.stats().marks - before;
    },
  };
}

export const tidemark = {
  /** @param {number} size */
  find: (size) => find(size, keyOf),
  /** @param {number} size */
  findObject: (size) => find(size, objectKeyOf),
  /** @param {number} size */
  markOne: (size) => mark(size, keyOf),
  /** @param {number} size */
  markGroup: (size) => mark(size, groupOf),
  text,
};

/** Idle entries with an answer and no value. @param {number} size */
export function holdTidemark(size) {
  const engine = filled(size, keyOf);
  // What JavaScript needs to find an entry's value: the handle is an index.
  const values = new Array(size + 1).fill(0);
  return { kept: [engine, values], bytes: linearMemory };
}
