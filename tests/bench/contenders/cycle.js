/**
 * A contender that does one thing to each input in turn, over and over.
 *
 * @template T
 * @param {T[]} inputs
 * @param {(input: T) => number} act returns how many entries it touched
 */
export function cycle(inputs, act) {
  let at = 0;
  return {
    /** @param {number} count */
    run(count) {
      let touched = 0;
      for (let i = 0; i < count; i++) {
        touched += act(inputs[at]);
        at = at + 1 === inputs.length ? 0 : at + 1;
      }
      return touched;
    },
  };
}
