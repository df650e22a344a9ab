/**
 * How many bytes the pages of all WebAssembly instances have: what a browser pays for, be they in
 * use or not. The engine tells nobody, so whoever makes an instance is watched.
 */
/** @type {WebAssembly.Instance[]} */
const instances = [];

WebAssembly.Instance = class extends WebAssembly.Instance {
  /** @param {WebAssembly.Module} module @param {WebAssembly.Imports} [imports] */
  constructor(module, imports) {
    super(module, imports);
    instances.push(this);
  }
};

export function linearMemory() {
  return instances.reduce((sum, { exports }) => {
    const memory = /** @type {WebAssembly.Memory | undefined} */ (exports.memory);
    return sum + (memory?.buffer.byteLength ?? 0);
  }, 0);
}
