import type {
  InvalidateQueryFilters,
  MutationFilters,
  QueryCache,
  QueryFilters,
  QueryState,
  RefetchQueryFilters,
} from './cache.js';
import type { Channel, ChannelOptions } from './channel.js';
import type {
  DefaultError,
  InferDataFromTag,
  InferErrorFromTag,
  MutationKey,
  QueryKey,
  Updater,
} from './common.js';
import type { MutationCache, MutationObserverOptions, MutationOptions } from './mutation.js';
import type {
  CancelOptions,
  DefaultedQueryObserverOptions,
  EnsureQueryDataOptions,
  FetchQueryOptions,
  InvalidateOptions,
  QueryObserverOptions,
  RefetchOptions,
  ResetOptions,
  SetDataOptions,
} from './query-options.js';
import type { Change, Rule } from './rules.js';

export interface DefaultOptions<TError = DefaultError> {
  queries?: Omit<QueryObserverOptions<unknown, TError>, 'queryKey'>;
  mutations?: MutationObserverOptions<unknown, TError, unknown, unknown>;
}

/** A field that is missing or 0 has its default. */
export interface Limits {
  /** Longest message or change accepted, in bytes of JSON. Default 65,536. */
  messageBytes?: number;
  /** Deepest nesting of JSON. Default 32, at most 64. */
  jsonDepth?: number;
  /**
   * Longest query key, in bytes: a number takes 9, a string its UTF-8 plus 3, an array or object its parts plus
   * 2. Default 131,072, enough for 3,200 UUIDs; at most 1,048,576. A string in a key may have 65,535 bytes. The
   * same limit applies to all tags of a query together, and to all its scopes together.
   */
  keyBytes?: number;
  /** Default 1,048,576. */
  entries?: number;
  /**
   * Optimistic updates shown for one query: pending ones, and those that no answer contains yet. Further
   * mutations are sent but not shown, and an error is reported. Default 1,024.
   */
  layersPerEntry?: number;
  /** Default 1,024. */
  rules?: number;
  /** Refetches in flight that changes caused; those that take over 30 s do not count. Default 8. */
  concurrentRefetches?: number;
  /**
   * Changes of the stream per second that are handled one by one. All beyond are folded into "anything may have
   * changed", applied at the first of them and again at the end of the second. Default 1,000.
   */
  changesPerSecond?: number;
  /** ms over which the refetches of active queries are spread if the stream could not resume. Default 2,000. */
  resetWindow?: number;
  /**
   * Least ms from one refetch of a query that a change caused to the start of the next; all changes in between
   * share that next one. Default 250.
   */
  refetchSpacing?: number;
}

/** The platform functions that the client uses; replaceable for tests and other platforms. */
export interface Environment {
  /** ms since 1970. */
  now(): number;
  /** delay in ms, at most 2^31 - 1 */
  setTimeout(run: () => void, delay: number): unknown;
  // biome-ignore lint/suspicious/noExplicitAny: what setTimeout returned
  clearTimeout(timer: any): void;
  queueMicrotask(run: () => void): void;
  /** Runs after the tasks already queued; must not be throttled in hidden pages. */
  queueTask(run: () => void): void;
  /** True disables garbage collection and retries. Default: true if there is no `window`. */
  isServer: boolean;
}

export interface QueryClientConfig {
  defaultOptions?: DefaultOptions;
  queryCache?: QueryCache;
  mutationCache?: MutationCache;
  /** Which query keys a change affects; see {@link defineRules}. */
  rules?: readonly Rule[];
  limits?: Limits;
  /**
   * The first part of this client's id on the wire, at most 64 bytes. A random part follows, a new one for each
   * page load: two clients with one id would mistake each other's changes for their own.
   */
  clientId?: string;
  /** Seed of the hash of query keys. Default random; set it for reproducible tests. */
  seed?: bigint;
  environment?: Partial<Environment>;
}

/** Counters since the client was created, unless stated otherwise. */
export interface ClientStats {
  /** Queries in the cache now. */
  entries: number;
  /** Of those, the ones with an enabled observer. */
  active: number;
  /** Of those, the ones that a change marked and that are not refetched yet. */
  expired: number;
  /** Mounts and fetches that needed no request, and those that needed one. */
  hits: number;
  misses: number;
  /** `hits` as a percentage of `hits + misses`; null if both are 0. */
  hitRate: number | null;
  fetches: number;
  retries: number;
  fetchErrors: number;
  /** Fetches that changes caused. */
  refetches: number;
  messages: number;
  /** Old or duplicate. */
  messagesDropped: number;
  messagesBad: number;
  /** Those beyond `limits.changesPerSecond`. */
  messagesFolded: number;
  changes: number;
  /** Queries marked by changes. */
  marks: number;
  reconnects: number;
  resets: number;
  mutations: number;
  rollbacks: number;
  /** Bytes the core uses now. */
  memory: number;
}

/** The options of {@link QueryClient.mutate}. */
export interface ClientMutateOptions<
  TData = unknown,
  TError = DefaultError,
  TVariables = void,
  TOnMutateResult = unknown,
> extends MutationOptions<TData, TError, TVariables, TOnMutateResult> {
  variables?: TVariables;
}

/** The cache. It is ready as soon as it is created. */
export declare class QueryClient {
  constructor(config?: QueryClientConfig);
  /** Begins the ids of this client's mutations on the wire: `config.clientId`, then a random part. */
  readonly clientId: string;

  /** Starts listening to focus and network events. Each `mount` needs one `unmount`. */
  mount(): void;
  unmount(): void;

  /** Returns the cached answer if it is fresh, otherwise fetches; rejects if that fails. No retries by default. */
  fetchQuery<
    TQueryFnData,
    TError = DefaultError,
    TData = TQueryFnData,
    TQueryKey extends QueryKey = QueryKey,
  >(options: FetchQueryOptions<TQueryFnData, TError, TData, TQueryKey>): Promise<TData>;
  /** Like `fetchQuery`, but resolves with nothing and never rejects. */
  prefetchQuery<
    TQueryFnData = unknown,
    TError = DefaultError,
    TData = TQueryFnData,
    TQueryKey extends QueryKey = QueryKey,
  >(options: FetchQueryOptions<TQueryFnData, TError, TData, TQueryKey>): Promise<void>;
  /** Returns the cached answer, however old; fetches only if there is none. */
  ensureQueryData<
    TQueryFnData,
    TError = DefaultError,
    TData = TQueryFnData,
    TQueryKey extends QueryKey = QueryKey,
  >(options: EnsureQueryDataOptions<TQueryFnData, TError, TData, TQueryKey>): Promise<TData>;

  /** The data shown for exactly this key, with pending mutations applied. */
  getQueryData<
    TQueryFnData = unknown,
    TTaggedQueryKey extends QueryKey = QueryKey,
    TData = InferDataFromTag<TQueryFnData, TTaggedQueryKey>,
  >(queryKey: TTaggedQueryKey): TData | undefined;
  getQueriesData<TQueryFnData = unknown>(
    filters: QueryFilters,
  ): Array<[QueryKey, TQueryFnData | undefined]>;
  getQueryState<
    TQueryFnData = unknown,
    TError = DefaultError,
    TTaggedQueryKey extends QueryKey = QueryKey,
    TData = InferDataFromTag<TQueryFnData, TTaggedQueryKey>,
    TFailure = InferErrorFromTag<TError, TTaggedQueryKey>,
  >(queryKey: TTaggedQueryKey): QueryState<TData, TFailure> | undefined;
  /**
   * Sets the data of a query, as if the server had just sent it. An updater receives the server's value without
   * pending mutations; they are applied to what it returns. Returns the data shown.
   */
  setQueryData<
    TQueryFnData = unknown,
    TTaggedQueryKey extends QueryKey = QueryKey,
    TData = InferDataFromTag<TQueryFnData, TTaggedQueryKey>,
  >(
    queryKey: TTaggedQueryKey,
    updater: Updater<NoInfer<TData> | undefined, NoInfer<TData> | undefined>,
    options?: SetDataOptions,
  ): NoInfer<TData> | undefined;
  setQueriesData<TQueryFnData = unknown>(
    filters: QueryFilters,
    updater: Updater<TQueryFnData | undefined, TQueryFnData | undefined>,
    options?: SetDataOptions,
  ): Array<[QueryKey, TQueryFnData | undefined]>;

  /**
   * Marks all matching queries as stale, then refetches those of `refetchType`, by default the active ones. All
   * calls in one turn cause one fetch per query. Resolves when the fetches have ended; it does not wait for
   * paused ones.
   */
  invalidateQueries(filters?: InvalidateQueryFilters, options?: InvalidateOptions): Promise<void>;
  /** Refetches all matching queries except disabled and static ones. */
  refetchQueries(filters?: RefetchQueryFilters, options?: RefetchOptions): Promise<void>;
  /** Cancels the fetches of all matching queries. */
  cancelQueries(filters?: QueryFilters, options?: CancelOptions): Promise<void>;
  /**
   * Removes all matching queries. An observer of one of them keeps showing its last result. It updates again when
   * the key is created again (`setQueryData`, `fetchQuery`, another observer, …) or a change names it.
   */
  removeQueries(filters?: QueryFilters): void;
  /** Restores all matching queries to their initial state, then fetches the active ones. */
  resetQueries(filters?: QueryFilters, options?: ResetOptions): Promise<void>;

  /** How many queries are being fetched. */
  isFetching(filters?: QueryFilters): number;
  /** How many mutations are pending. */
  isMutating(filters?: MutationFilters): number;
  /** Removes all queries and mutations. */
  clear(): void;
  /**
   * Discards everything that belongs to the user: answers, errors, mutations and their optimistic updates. Closes
   * the channel and discards its position. Aborts fetches and discards their answers; their promises reject with
   * a `CancelledError`. Waiting mutations are never sent, and callbacks of running ones are not called. One
   * exception: if `onSuccess`, `onError` or `onSettled` calls this before it awaits anything, its mutation ends as
   * usual. Observed queries show no data. They are not fetched before the app asks for it or the next user's
   * channel is live.
   */
  signOut(): void;
  resumePausedMutations(): Promise<void>;

  /**
   * Runs the rules for a change that the app reports. A BigInt becomes a string, as in the hub: `10n` becomes
   * `'10'`. Returns the number of queries affected.
   */
  applyChange(change: Change): number;
  applyChanges(changes: readonly Change[]): number;
  /** Runs one mutation without an observer. Resolves with the result of `mutationFn`. */
  mutate<TData, TError = DefaultError, TVariables = void, TOnMutateResult = unknown>(
    options: ClientMutateOptions<TData, TError, TVariables, TOnMutateResult>,
  ): Promise<TData>;
  /**
   * Subscribes to the stream of changes. Mounts the client until the channel is closed.
   *
   * @throws TypeError for an invalid option; Error if this client already has a channel
   */
  connect(options: ChannelOptions): Channel;
  getStats(): ClientStats;

  getQueryCache(): QueryCache;
  getMutationCache(): MutationCache;
  getDefaultOptions(): DefaultOptions;
  setDefaultOptions(options: DefaultOptions): void;
  /** Default options for all keys that this one matches; if several match, the last one set wins. */
  setQueryDefaults(
    queryKey: QueryKey,
    options: Partial<Omit<QueryObserverOptions<unknown, DefaultError>, 'queryKey'>>,
  ): void;
  getQueryDefaults(
    queryKey: QueryKey,
  ): Omit<QueryObserverOptions<unknown, DefaultError>, 'queryKey'>;
  setMutationDefaults(
    mutationKey: MutationKey,
    // biome-ignore lint/suspicious/noExplicitAny: defaults serve mutations of any types
    options: Omit<MutationObserverOptions<any, any, any, any>, 'mutationKey'>,
  ): void;
  getMutationDefaults(
    mutationKey: MutationKey,
    // biome-ignore lint/suspicious/noExplicitAny: as above
  ): MutationObserverOptions<any, any, any, any>;
  defaultQueryOptions<
    TQueryFnData = unknown,
    TError = DefaultError,
    TData = TQueryFnData,
    TQueryData = TQueryFnData,
    TQueryKey extends QueryKey = QueryKey,
  >(
    options: QueryObserverOptions<TQueryFnData, TError, TData, TQueryData, TQueryKey>,
  ): DefaultedQueryObserverOptions<TQueryFnData, TError, TData, TQueryData, TQueryKey>;
  // biome-ignore lint/suspicious/noExplicitAny: options of any mutation
  defaultMutationOptions<T extends MutationOptions<any, any, any, any>>(options?: T): T;
}
