/** @param {number[]} values @param {number} part 0.99: no more than a hundredth is above */
export function percentile(values, part) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
}

/** @param {number[]} values */
export const median = (values) => percentile(values, 0.5);
