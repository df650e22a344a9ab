import type { dataTag, errorTag } from './data-tag.js';

/**
 * What an app may say once for all of its types, by declaration merging:
 *
 * ```ts
 * declare module 'tidemark' {
 *   interface Register {
 *     defaultError: ApiError;
 *     resources: { task: { id: string; project_id: string } };
 *   }
 * }
 * ```
 * Members: `defaultError`, `queryKey`, `mutationKey`, `queryMeta`, `mutationMeta`, `resources`.
 */
// biome-ignore lint/suspicious/noEmptyInterface: apps add its members
export interface Register {}

/** The type of errors where none is given: `Error`, or what {@link Register} says. */
export type DefaultError = Register extends { defaultError: infer E } ? E : Error;

/** A query's key: an array of what JSON can hold. */
export type QueryKey = Register extends { queryKey: infer K extends readonly unknown[] }
  ? K
  : readonly unknown[];

export type MutationKey = Register extends { mutationKey: infer K extends readonly unknown[] }
  ? K
  : readonly unknown[];

export type QueryMeta = Register extends { queryMeta: infer M extends Record<string, unknown> }
  ? M
  : Record<string, unknown>;

export type MutationMeta = Register extends {
  mutationMeta: infer M extends Record<string, unknown>;
}
  ? M
  : Record<string, unknown>;

/** `online`: only with a network; `always`: its state does not matter; `offlineFirst`: the first try. */
export type NetworkMode = 'online' | 'always' | 'offlineFirst';
export type QueryStatus = 'pending' | 'error' | 'success';
export type FetchStatus = 'fetching' | 'paused' | 'idle';
/** ms, or never by the clock (`Infinity`), or never at all (`'static'`). */
export type StaleTime = number | 'static';

/** How often to try again: a number of further tries, all or none, or by what went wrong. */
export type RetryValue<TError> =
  | boolean
  | number
  | ((failureCount: number, error: TError) => boolean);
/** ms before the next try. */
export type RetryDelayValue<TError> = number | ((failureCount: number, error: TError) => number);

export declare const skipToken: unique symbol;
/** In place of a `queryFn`: the query is disabled until there is a function. */
export type SkipToken = typeof skipToken;

/** A key that knows the type of its data, as {@link queryOptions} makes it. */
export type DataTag<TKey, TData, TError = DefaultError> = TKey extends AnyDataTag
  ? TKey
  : TKey & { [dataTag]: TData; [errorTag]: TError };
// biome-ignore lint/suspicious/noExplicitAny: matches every tag
export type AnyDataTag = { [dataTag]: any; [errorTag]: any };

export type InferDataFromTag<TData, TKey> = TKey extends { [dataTag]: infer T } ? T : TData;
export type InferErrorFromTag<TError, TKey> = TKey extends { [errorTag]: infer T } ? T : TError;

/** A value, or what makes it of the one before; undefined changes nothing. */
export type Updater<TInput, TOutput> = TOutput | ((input: TInput) => TOutput);

export type NonUndefinedGuard<T> = T extends undefined ? never : T;
// biome-ignore lint/complexity/noBannedTypes: excludes whatever can be called
export type NonFunctionGuard<T> = T extends Function ? never : T;
