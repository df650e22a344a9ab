/**
 * A promise and the function that settles it.
 *
 * @template T
 * @returns {{ promise: Promise<T>, resolve: (value: T) => void }}
 */
export function deferred() {
  /** @type {(value: T) => void} */
  let settle = () => {};
  const promise = /** @type {Promise<T>} */ (
    new Promise((resolve) => {
      settle = resolve;
    })
  );
  return { promise, resolve: settle };
}
