/** True only if both types are the same, `any` and `unknown` told apart. */
export type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles only if the argument is `true`: `claim<Same<typeof x, number>>(true)`. */
export function claim<T extends boolean>(_isTrue: T): void {}
