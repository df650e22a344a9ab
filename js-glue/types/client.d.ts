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

/** A field that is left out or 0 has its default. */
export interface Limits {
  /** Longest message or change taken, in bytes of JSON. Default 65,536. */
  messageBytes?: number;
  /** Deepest nesting of JSON. Default 32, at most 64. */
  jsonDepth?: number;
  /**
   * Longest query key, in bytes: a number is 9, a text its UTF-8 and 3, an array or object its parts and 2.
   * Default 131,072, which is 3,200 UUIDs; at most 1,048,576. A text in a key is at most 65,535. So long are
   * all tags of a query together, too, and all its scopes.
   */
  keyBytes?: number;
  /** Default 1,048,576. */
  entries?: number;
  /**
   * Changes shown over one key, pending ones and those that no answer holds yet. Others are sent and not
   * shown, which is reported. Default 1,024.
   */
  layersPerEntry?: number;
  /** Default 1,024. */
  rules?: number;
  /** Fetches in flight that changes caused, but for those that take over 30 s. Default 8. */
  concurrentRefetches?: number;
  /**
   * Changes of the stream that are looked at one by one; beyond, they count as "anything may have
   * changed", said once at the first and once at the end of the second. Default 1,000.
   */
  changesPerSecond?: number;
  /** ms over which active queries are fetched again if nothing could be resumed. Default 2,000. */
  resetWindow?: number;
  /**
   * ms from one refetch of a query that a change caused to the start of the next; changes in between
   * share that one. Default 250.
   */
  refetchSpacing?: number;
}

/** What the client takes from the outside; for tests and other platforms. */
export interface Environment {
  /** ms since 1970. */
  now(): number;
  /** delay in ms, at most 2^31 - 1 */
  setTimeout(run: () => void, delay: number): unknown;
  // biome-ignore lint/suspicious/noExplicitAny: what setTimeout returned
  clearTimeout(timer: any): void;
  queueMicrotask(run: () => void): void;
  /** After the tasks that wait already; not slower in pages that nobody sees. */
  queueTask(run: () => void): void;
  /** Nothing is collected, nothing retried. Default: there is no `window`. */
  isServer: boolean;
}

export interface QueryClientConfig {
  defaultOptions?: DefaultOptions;
  queryCache?: QueryCache;
  mutationCache?: MutationCache;
  /** Which keys a change touches; see {@link defineRules}. */
  rules?: readonly Rule[];
  limits?: Limits;
  /**
   * What this client's name on the wire begins with, at most 64 bytes. The rest is random, another for
   * each page that is loaded: two clients of one name would take each other's changes for their own.
   */
  clientId?: string;
  /** Keys the hash of query keys. Default random; fixed for tests that must repeat. */
  seed?: bigint;
  environment?: Partial<Environment>;
}

/** Counters since the client was made, except where it says otherwise. */
export interface ClientStats {
  /** Queries in the cache now. */
  entries: number;
  /** Of those, observed and enabled. */
  active: number;
  /** Of those, marked by a change and not fetched again yet. */
  expired: number;
  /** Mounts that were answered from the cache, and those that were not. */
  hits: number;
  misses: number;
  /** `hits` in percent of both; null before the first. */
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
  /** Of those beyond `changesPerSecond`. */
  messagesFolded: number;
  changes: number;
  /** Queries touched by changes. */
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

/** The cache. Ready as soon as it is made. */
export declare class QueryClient {
  constructor(config?: QueryClientConfig);
  /** Names this client's mutations on the wire: `config.clientId` if given, and a random end. */
  readonly clientId: string;

  /** Begins to follow focus and network. Counted: as many `unmount` as `mount`. */
  mount(): void;
  unmount(): void;

  /** The cached answer if it is fresh, else a fetch; rejects if that fails. No retries by default. */
  fetchQuery<
    TQueryFnData,
    TError = DefaultError,
    TData = TQueryFnData,
    TQueryKey extends QueryKey = QueryKey,
  >(options: FetchQueryOptions<TQueryFnData, TError, TData, TQueryKey>): Promise<TData>;
  /** `fetchQuery` that neither returns data nor rejects. */
  prefetchQuery<
    TQueryFnData = unknown,
    TError = DefaultError,
    TData = TQueryFnData,
    TQueryKey extends QueryKey = QueryKey,
  >(options: FetchQueryOptions<TQueryFnData, TError, TData, TQueryKey>): Promise<void>;
  /** The cached answer, however old, else a fetch. */
  ensureQueryData<
    TQueryFnData,
    TError = DefaultError,
    TData = TQueryFnData,
    TQueryKey extends QueryKey = QueryKey,
  >(options: EnsureQueryDataOptions<TQueryFnData, TError, TData, TQueryKey>): Promise<TData>;

  /** What is shown under that very key, with pending mutations in it. */
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
   * Puts an answer in, as if the server had just given it. An updater gets the server's value,
   * without pending mutations: they are shown over what it returns. Returns what is shown.
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
   * Marks all that match, then fetches again what `refetchType` says, active ones by default. Any
   * number of calls in a turn make one fetch per query. Resolves when those fetches are over; paused
   * ones do not block it.
   */
  invalidateQueries(filters?: InvalidateQueryFilters, options?: InvalidateOptions): Promise<void>;
  /** Fetches all that match, but disabled and static ones. */
  refetchQueries(filters?: RefetchQueryFilters, options?: RefetchOptions): Promise<void>;
  /** Aborts what is in flight. */
  cancelQueries(filters?: QueryFilters, options?: CancelOptions): Promise<void>;
  /**
   * Forgets. Who observes one of them goes on showing what it showed, and follows again when the key is
   * made (`setQueryData`, `fetchQuery`, another observer, …) or a change tells of it.
   */
  removeQueries(filters?: QueryFilters): void;
  /** As if never fetched; active ones are fetched. */
  resetQueries(filters?: QueryFilters, options?: ResetOptions): Promise<void>;

  /** How many queries are being fetched. */
  isFetching(filters?: QueryFilters): number;
  /** How many mutations are pending. */
  isMutating(filters?: MutationFilters): number;
  /** Forgets all queries and mutations. */
  clear(): void;
  /**
   * Forgets everything of the user, at once: answers, errors, mutations and their layers. The channel
   * is closed, and how far it had come is forgotten. What is under way is aborted and never lands;
   * who waits for it gets a `CancelledError`. Mutations that wait are never sent, and callbacks of
   * those that run are not called; but the one whose `onSuccess`, `onError` or `onSettled` calls this,
   * before it awaits anything, ends as usual. Queries that are looked at show nothing, and nothing is
   * fetched before somebody asks or the next user's channel is live.
   */
  signOut(): void;
  resumePausedMutations(): Promise<void>;

  /**
   * Runs the rules for a change that the app knows of. A BigInt in it is told as text, as the hub tells
   * it: `10n` as `'10'`. Returns how many entries it touched.
   */
  applyChange(change: Change): number;
  applyChanges(changes: readonly Change[]): number;
  /** Runs one mutation, without an observer. Resolves with what `mutationFn` did. */
  mutate<TData, TError = DefaultError, TVariables = void, TOnMutateResult = unknown>(
    options: ClientMutateOptions<TData, TError, TVariables, TOnMutateResult>,
  ): Promise<TData>;
  /**
   * Connects to the stream of changes, and mounts the client until the channel is closed.
   *
   * @throws TypeError for a wrong option; Error if this client has a channel already
   */
  connect(options: ChannelOptions): Channel;
  getStats(): ClientStats;

  getQueryCache(): QueryCache;
  getMutationCache(): MutationCache;
  getDefaultOptions(): DefaultOptions;
  setDefaultOptions(options: DefaultOptions): void;
  /** Defaults for all keys that start so; later ones win. */
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
