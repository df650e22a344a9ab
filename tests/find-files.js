import { existsSync, readdirSync } from 'node:fs';

/** Folders that hold nothing of ours. */
const FOREIGN = new Set(['node_modules', 'build', '.git']);

/**
 * @param {string} folder  where to look, at every depth
 * @param {RegExp} name  what the path must match
 * @returns {string[]}  paths from the top folder, sorted; none if the folder is not there
 */
export function findFiles(folder, name) {
  if (!existsSync(folder)) return [];
  const found = readdirSync(folder, { withFileTypes: true }).flatMap((item) => {
    const path = folder === '.' ? item.name : `${folder}/${item.name}`;
    if (item.isDirectory()) return FOREIGN.has(item.name) ? [] : findFiles(path, name);
    return name.test(path) ? [path] : [];
  });
  return found.sort();
}
