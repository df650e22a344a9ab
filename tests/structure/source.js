import { readFileSync } from 'node:fs';
import { findFiles } from '../find-files.js';

/**
 * A source file's code without its comments, which may mention what the code must not use.
 *
 * @param {string} path
 */
export function codeOf(path) {
  return readFileSync(path, 'utf8')
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/(^|\s)\/\/.*$/gm, '$1');
}

/**
 * @param {string[]} paths
 * @param {RegExp} pattern
 * @returns {string[]}  one `path: what matched` for each file that does
 */
export function filesUsing(paths, pattern) {
  return paths.flatMap((path) => {
    const match = codeOf(path).match(pattern);
    return match ? [`${path}: ${match[0]}`] : [];
  });
}

/** @param {string} path  @returns {string[]}  what a C file includes in quotes, as written */
export function includesOf(path) {
  return [...codeOf(path).matchAll(/^\s*#\s*include\s+"([^"]+)"/gm)].map((match) => match[1]);
}

/** @param {string} path  @returns {string[]}  what a module imports, statically or not, as written */
export function importsOf(path) {
  const code = codeOf(path);
  return [...code.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*['"]([^'"]+)['"]/g)].map((m) => m[1]);
}

export const coreFiles = findFiles('src', /\.[ch]$/);
export const boundaryFiles = findFiles('wasm', /\.[ch]$/);
export const glueFiles = findFiles('js-glue', /\.js$/);
