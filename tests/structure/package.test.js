import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import test from 'node:test';
import { findFiles } from '../find-files.js';

const manifest = JSON.parse(readFileSync('package.json', 'utf8'));

test('the package needs no other package to run', () => {
  assert.equal(manifest.dependencies, undefined);
  for (const name of Object.keys(manifest.peerDependencies)) {
    assert.equal(manifest.peerDependenciesMeta[name]?.optional, true, `${name} is not optional`);
  }
});

test('every version that development uses is exact', () => {
  const loose = Object.entries(manifest.devDependencies).filter(
    ([, version]) => !/^\d+\.\d+\.\d+$/.test(version),
  );
  assert.deepEqual(loose, []);
});

test('every file that package.json exports is there', () => {
  const targets = Object.values(manifest.exports).flatMap((target) =>
    typeof target === 'string' ? [target] : Object.values(target),
  );
  assert.deepEqual(
    targets.filter((path) => !existsSync(path)),
    [],
  );
});

test('what is published holds the compiled core and types, and nothing to build or test it', () => {
  const npm = ['pack', '--dry-run', '--json', '--ignore-scripts', '--loglevel=error'];
  const report = JSON.parse(execFileSync('npm', npm, { encoding: 'utf8' }));
  const [{ files }] = Array.isArray(report) ? report : Object.values(report);
  const paths = files.map((/** @type {{ path: string }} */ file) => file.path);
  for (const path of ['wasm/tidemark.js', 'wasm/tidemark.wasm', 'js-glue/index.d.ts', 'LICENSE']) {
    assert.ok(paths.includes(path), `${path} is missing`);
  }
  const foreign = paths.filter(
    (/** @type {string} */ path) =>
      !/^(js-glue\/.*\.(js|d\.ts)|wasm\/tidemark\.(js|wasm)|[A-Z]+(\.md)?|package\.json)$/.test(
        path,
      ) || path.endsWith('.test.js'),
  );
  assert.deepEqual(foreign, []);
});

test('the lock file does not say from where packages were downloaded', () => {
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));
  const resolved = Object.entries(lock.packages).filter(([, entry]) => 'resolved' in entry);
  assert.deepEqual(resolved, []);
});

test('the lock file has what every system needs, not only the one it was written on', () => {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
  const missing = Object.entries(packages).flatMap(([path, entry]) =>
    Object.keys(entry.optionalDependencies ?? {}).filter(
      (name) => !packages[`node_modules/${name}`] && !packages[`${path}/node_modules/${name}`],
    ),
  );
  assert.deepEqual(missing, []);
});

test('no file names an address that packages are downloaded from', () => {
  const address = /https?:\/\/[^\s"'`]+\/-\/[^\s"'`]+\.tgz|https?:\/\/registry\.|^registry\s*=/m;
  const naming = findFiles(
    '.',
    /\.(js|ts|json|c|h|sh|md|yml|html|css|npmrc)$|run$|Makefile$/,
  ).filter(
    (path) =>
      path !== 'tests/structure/package.test.js' && address.test(readFileSync(path, 'utf8')),
  );
  assert.deepEqual(naming, []);
});
