/*
 * What the code works with and the package does not export: the public types for data, errors, variables
 * and keys of any type. One cache holds queries and mutations of many types; which is which the app knows.
 */
import type { QueryState } from './cache.js';
import type { ClientMutateOptions } from './client.js';
import type {
  MutateOptions,
  MutationObserverOptions,
  MutationObserverResult,
  MutationState,
} from './mutation.js';
import type {
  DefaultedQueryObserverOptions,
  EnsureQueryDataOptions,
  FetchQueryOptions,
  QueryObserverOptions,
} from './query-options.js';
import type { QueryObserverBaseResult, QueryObserverResult } from './query-result.js';

// biome-ignore lint/suspicious/noExplicitAny: see above
type Any = any;

export type AnyQueryState = QueryState<Any, Any>;
/** Of any status; its flags say of which. */
export type AnyBaseResult = QueryObserverBaseResult<Any, Any>;
export type AnyQueryResult = QueryObserverResult<Any, Any>;
export type AnyFetchOptions = FetchQueryOptions<Any, Any, Any, Any>;
export type AnyEnsureOptions = EnsureQueryDataOptions<Any, Any, Any, Any>;

/** Of a query, or of who looks at one. */
export interface AnyQueryOptions extends QueryObserverOptions<Any, Any, Any, Any, Any> {
  /** Of a hook; see `UseQueryOptions`. */
  subscribed?: boolean;
  /** They have the client's defaults already. */
  _defaulted?: true;
}

/** With the client's defaults, as `defaultQueryOptions` makes them. */
export type FullQueryOptions = AnyQueryOptions &
  DefaultedQueryObserverOptions<Any, Any, Any, Any, Any>;

/** Callbacks of one `mutate` call. */
export type AnyMutateCallbacks = MutateOptions<Any, Any, Any, Any>;
export type AnyMutationState = MutationState<Any, Any, Any, Any>;
export type AnyMutationResult = MutationObserverResult<Any, Any, Any, Any>;
export type AnyMutateOptions = ClientMutateOptions<Any, Any, Any, Any>;
export type AnyMutationOptions = MutationObserverOptions<Any, Any, Any, Any>;

/** With the client's defaults, as `defaultMutationOptions` makes them. */
export type FullMutationOptions = AnyMutationOptions &
  Required<Pick<AnyMutationOptions, 'gcTime'>> & { _defaulted?: true };
