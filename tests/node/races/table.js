import { inBoth } from '../client/both.js';
import { RACES } from './races.js';

/** Plays every race and gives what was seen as a table in Markdown. */
export async function racesTable() {
  const rows = [];
  for (const { title, play } of RACES) {
    const { v5, tidemark } = await inBoth(play);
    rows.push(`| ${title} | ${v5.join()} | ${tidemark.join()} |`);
  }
  return ['| race | TanStack Query v5 | tidemark |', '|---|---|---|', ...rows].join('\n');
}
