/** Prints what the package weighs, in bytes. Started by `./build.sh size`. */
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';

/** @param {string} name @param {string | Buffer} content */
function report(name, content) {
  const raw = Buffer.byteLength(content);
  const gzip = gzipSync(content, { level: 9 }).length;
  console.log(`${name.padEnd(40)} ${String(raw).padStart(8)} ${String(gzip).padStart(8)}`);
}

/**
 * One entry of the package as a page would load it: bundled and minified, the core inlined.
 *
 * @param {string} entry
 * @param {RegExp} [without] what it imports and somebody else brings
 * @returns {Promise<string>}
 */
async function bundle(entry, without = /^react$/) {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      minify: true,
      lib: { entry, formats: ['es'], fileName: 'bundle' },
      rollupOptions: { external: (id) => without.test(id) },
    },
  });
  const { output } = /** @type {{ output: { type: string, code?: string }[] }[]} */ (built)[0];
  return output.map((chunk) => chunk.code ?? '').join('\n');
}

console.log(`${''.padEnd(40)} ${'bytes'.padStart(8)} ${'gzip'.padStart(8)}`);
report('wasm/tidemark.wasm', readFileSync('wasm/tidemark.wasm'));
report('tidemark, bundled and minified', await bundle('js-glue/index.js'));
report(
  'tidemark/react, on top',
  await bundle('js-glue/react/index.js', /^react$|\/js-glue\/index\.js$|^\.\.\/index\.js$/),
);
