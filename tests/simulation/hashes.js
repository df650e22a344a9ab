/**
 * Plays worlds in WebAssembly and prints what `simulate --hashes` prints natively, a line each:
 *
 *      node tests/simulation/hashes.js SEEDS
 */
import { readFileSync } from 'node:fs';

const seeds = Number(process.argv[2]);
const module = new WebAssembly.Module(readFileSync('build/simulation/simulate.wasm'));
const { exports } = /** @type {{ exports: any }} */ (
  new WebAssembly.Instance(module, {
    env: {
      parse_number: (/** @type {number} */ pointer, /** @type {number} */ length) =>
        Number(new TextDecoder().decode(new Uint8Array(exports.memory.buffer, pointer, length))),
      emscripten_notify_memory_growth: () => {},
    },
  })
);
exports._initialize();

const hex = (/** @type {number} */ half) => (half >>> 0).toString(16).padStart(8, '0');
let text = '';
for (let seed = 1; seed <= seeds; seed++) {
  const low = exports.simulation_play(seed);
  text += `${seed} ${hex(exports.simulation_hash_high())}${hex(low)}\n`;
}
process.stdout.write(text);
