/**
 * Writes wasm/tidemark.js: the compiled core as base64 in an ES module, so that bundlers, browsers
 * and Node all get the bytes with a plain `import`, and can compile them without waiting.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const here = new URL('.', import.meta.url);
const bytes = readFileSync(new URL('tidemark.wasm', here));

writeFileSync(
  new URL('tidemark.js', here),
  `// Written by wasm/build-inline.js from tidemark.wasm (${bytes.length} bytes). Do not edit.
/** @type {string} */
const base64 =
  '${bytes.toString('base64')}';
export default base64;
`,
);
