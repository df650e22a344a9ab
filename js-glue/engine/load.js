/**
 * Compiles the core once and instantiates it for each engine, synchronously: the bytes are part of
 * the package's JavaScript. A page's Content-Security-Policy must allow 'wasm-unsafe-eval'.
 */
import base64 from '../../wasm/tidemark.js';

/**
 * What the instance exports.
 *
 * @typedef {{ [name: `tm_${string}`]: (...args: (number | bigint)[]) => number, memory: WebAssembly.Memory,
 *   _initialize?: () => void }} Exports
 */

/** @type {WebAssembly.Module | undefined} */
let compiled;

function compile() {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return new WebAssembly.Module(bytes);
}

/**
 * @param {() => void} onGrowth called when the memory has grown and every view of it is dead
 * @param {(pointer: number, length: number) => string} readText
 * @returns {Exports}
 */
export function instantiate(onGrowth, readText) {
  compiled ??= compile();
  const instance = new WebAssembly.Instance(compiled, {
    env: {
      emscripten_notify_memory_growth: onGrowth,
      parse_number: (/** @type {number} */ pointer, /** @type {number} */ length) =>
        Number(readText(pointer, length)),
    },
  });
  // A copy: V8 looks names up in the instance's own object by hash, in an ordinary one by offset.
  const exports = /** @type {Exports} */ ({ ...instance.exports });
  exports._initialize?.();
  return exports;
}
