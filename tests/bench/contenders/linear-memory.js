/**
 * How many bytes the pages of all WebAssembly instances have: what a browser pays for, be they in
 * use or not. The engine tells nobody, so whoever makes an instance is watched.
 */
/** Weakly, so that those that are dropped can be collected. @type {WeakRef<WebAssembly.Instance>[]} */
const instances = [];

WebAssembly.Instance = class extends WebAssembly.Instance {
  /** @param {WebAssembly.Module} module @param {WebAssembly.Imports} [imports] */
  constructor(module, imports) {
    super(module, imports);
    instances.push(new WeakRef(this));
  }
};

export function linearMemory() {
  return instances.reduce((sum, instance) => {
    const memory = /** @type {WebAssembly.Memory | undefined} */ (instance.deref()?.exports.memory);
    return sum + (memory?.buffer.byteLength ?? 0);
  }, 0);
}
