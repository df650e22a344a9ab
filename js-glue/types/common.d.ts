import type { dataTag, errorTag } from './data-tag.js';

/**
 * Types that an app declares once, by declaration merging:
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

/** The default type of errors: `Error`, or `defaultError` of {@link Register}. */
export type DefaultError = Register extends { defaultError: infer E } ? E : Error;

/** The key of a query: an array of JSON values. */
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

/** `online`: fetches only while online; `always`: ignores the network; `offlineFirst`: tries once, even offline. */
export type NetworkMode = 'online' | 'always' | 'offlineFirst';
export type QueryStatus = 'pending' | 'error' | 'success';
export type FetchStatus = 'fetching' | 'paused' | 'idle';
/** ms; `Infinity`: not stale by time, only by a change; `'static'`: never stale. */
export type StaleTime = number | 'static';

/** How often to retry: a number of retries, `true` for no limit, `false` for none, or a function of the error. */
export type RetryValue<TError> =
  | boolean
  | number
  | ((failureCount: number, error: TError) => boolean);
/** ms before the next try. */
export type RetryDelayValue<TError> = number | ((failureCount: number, error: TError) => number);

export declare const skipToken: unique symbol;
/** In place of a `queryFn`: the query is disabled until there is a function. */
export type SkipToken = typeof skipToken;

/** A key that carries the type of its data, as {@link queryOptions} returns it. */
export type DataTag<TKey, TData, TError = DefaultError> = TKey extends AnyDataTag
  ? TKey
  : TKey & { [dataTag]: TData; [errorTag]: TError };
// biome-ignore lint/suspicious/noExplicitAny: matches every tag
export type AnyDataTag = { [dataTag]: any; [errorTag]: any };

export type InferDataFromTag<TData, TKey> = TKey extends { [dataTag]: infer T } ? T : TData;
export type InferErrorFromTag<TError, TKey> = TKey extends { [errorTag]: infer T } ? T : TError;

/** A value, or a function that derives it from the previous one; returning undefined changes nothing. */
export type Updater<TInput, TOutput> = TOutput | ((input: TInput) => TOutput);

export type NonUndefinedGuard<T> = T extends undefined ? never : T;
// biome-ignore lint/complexity/noBannedTypes: excludes whatever can be called
export type NonFunctionGuard<T> = T extends Function ? never : T;
