import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';

/** The process group of the command that runs now, so that ours takes it along when it is stopped. */
let running = 0;

for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
  process.on(signal, () => {
    killGroup(running);
    process.exit(1);
  });
}

/**
 * Runs a command to its end, or ends it and all it started at the deadline.
 *
 * @param {string} log  name of the file under build/log that keeps the output
 * @param {string[]} command  program and arguments
 * @param {{ env?: Record<string, string>, minutes?: number }} [options]  `minutes`: the deadline, 10
 * @returns {Promise<{ ok: boolean, output: string }>}  stdout and stderr as they came
 */
export async function runCommand(log, [program, ...args], { env = {}, minutes = 10 } = {}) {
  // A group of its own, so that a deadline also ends the browsers and servers a test started.
  const child = spawn(program, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  running = child.pid ?? 0;
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
  }

  const deadline = setTimeout(() => {
    output += `\nended: not done after ${minutes} minutes\n`;
    killGroup(running);
  }, minutes * 60_000);
  const ok = await new Promise((resolve) => {
    child.on('error', (error) => {
      output += `${error.message}\n`;
      resolve(false);
    });
    child.on('close', (code) => resolve(code === 0));
  });
  clearTimeout(deadline);
  running = 0;

  mkdirSync('build/log', { recursive: true });
  writeFileSync(`build/log/${log}.log`, output);
  return { ok, output };
}

/** @param {number} group  0: nothing runs */
function killGroup(group) {
  if (group === 0) return;
  try {
    process.kill(-group, 'SIGKILL');
  } catch {
    // It ended by itself in the meantime.
  }
}
