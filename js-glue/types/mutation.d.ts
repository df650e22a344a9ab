import type { MutationFilters } from './cache.js';
import type { QueryClient } from './client.js';
import type {
  DefaultError,
  MutationKey,
  MutationMeta,
  NetworkMode,
  QueryKey,
  RetryDelayValue,
  RetryValue,
} from './common.js';
import type { Change } from './rules.js';

export type MutationStatus = 'idle' | 'pending' | 'success' | 'error';

export interface MutationFunctionContext {
  client: QueryClient;
  meta: MutationMeta | undefined;
  mutationKey?: MutationKey;
  /**
   * This mutation's name on the wire. A server that puts it as `mutation` into the change it
   * announces ends the optimistic layer with the first answer that holds the change.
   */
  mutationId: string;
}

export type MutationFunction<TData = unknown, TVariables = unknown> = (
  variables: TVariables,
  context: MutationFunctionContext,
) => Promise<TData>;

/**
 * What a mutation shows before the server has answered.
 *
 * It goes when the server refuses, as if it had never been, whatever else is pending under the key.
 * When the server has done it, it stays until an answer is there that was asked for later, so that the
 * old value never shows in between; under a key that nobody looks at it becomes part of the value,
 * which is fetched again by who looks next. A key under a pending change is not collected. A key
 * that is removed is gone, and shows the change again if it comes back while the mutation is pending;
 * one that is reset shows it over its new answer. After `client.clear()` nothing of it shows.
 */
export interface OptimisticUpdate<TVariables = unknown> {
  queryKey: QueryKey;
  /**
   * Default `true`: this very key, as in `setQueryData`. `false`: every key that it matches, as in
   * `setQueriesData`: those in the cache and those that appear while the mutation is pending.
   */
  exact?: boolean;
  /**
   * Returns the value with the change in it, as a new value: the old one comes back if the server
   * refuses. Runs again, as long as the mutation is pending, when there is another value below its
   * change: a new answer, or an older change less. Is not called while there is no data.
   * `undefined` leaves the value as it is. If it throws, this mutation shows nothing anywhere: it
   * fails with that error if it was not sent yet; later, the error is reported and the server
   * decides.
   */
  // biome-ignore lint/suspicious/noExplicitAny: the data of any query
  update(value: any, variables: TVariables, queryKey: QueryKey): unknown;
}

/** Mutations of one id run one at a time, oldest first. */
export interface MutationScope {
  id: string;
}

export interface MutationOptions<
  TData = unknown,
  TError = DefaultError,
  TVariables = void,
  TOnMutateResult = unknown,
> {
  mutationFn?: MutationFunction<TData, TVariables>;
  mutationKey?: MutationKey;
  /** Shown at once, in one step, also while the mutation is paused. */
  optimistic?:
    | readonly OptimisticUpdate<TVariables>[]
    | ((variables: TVariables) => readonly OptimisticUpdate<TVariables>[]);
  /**
   * What it changes, for the client's rules; they run once the server has done it. The same change
   * from the stream causes no second refetch if the server passes `mutationId` on.
   */
  change?:
    | Change
    | readonly Change[]
    | ((data: TData, variables: TVariables) => Change | readonly Change[] | null | undefined);
  onMutate?: (
    variables: TVariables,
    context: MutationFunctionContext,
  ) => Promise<TOnMutateResult> | TOnMutateResult;
  onSuccess?: (
    data: TData,
    variables: TVariables,
    onMutateResult: TOnMutateResult,
    context: MutationFunctionContext,
  ) => unknown;
  onError?: (
    error: TError,
    variables: TVariables,
    onMutateResult: TOnMutateResult | undefined,
    context: MutationFunctionContext,
  ) => unknown;
  onSettled?: (
    data: TData | undefined,
    error: TError | null,
    variables: TVariables,
    onMutateResult: TOnMutateResult | undefined,
    context: MutationFunctionContext,
  ) => unknown;
  /** Default 0. */
  retry?: RetryValue<TError>;
  retryDelay?: RetryDelayValue<TError>;
  /** Default `'online'`: paused while there is no network, and resumed in order. */
  networkMode?: NetworkMode;
  /**
   * ms that the mutation is kept in the cache for when it is over and no observer shows it. Default
   * 5 minutes in browsers, `Infinity` on a server. The longest asked for counts.
   */
  gcTime?: number;
  meta?: MutationMeta;
  /** Of one scope one runs at a time. Taken when `mutate` is called: options that change later do not move it. */
  scope?: MutationScope;
}

export interface MutationObserverOptions<
  TData = unknown,
  TError = DefaultError,
  TVariables = void,
  TOnMutateResult = unknown,
> extends MutationOptions<TData, TError, TVariables, TOnMutateResult> {
  /** For hooks: throw the error at the nearest boundary. Default false. */
  throwOnError?: boolean | ((error: TError) => boolean);
}

/** Callbacks of one `mutate` call; they run as long as somebody listens to the observer. */
export interface MutateOptions<
  TData = unknown,
  TError = DefaultError,
  TVariables = void,
  TOnMutateResult = unknown,
> {
  onSuccess?: (
    data: TData,
    variables: TVariables,
    onMutateResult: TOnMutateResult | undefined,
    context: MutationFunctionContext,
  ) => void;
  onError?: (
    error: TError,
    variables: TVariables,
    onMutateResult: TOnMutateResult | undefined,
    context: MutationFunctionContext,
  ) => void;
  onSettled?: (
    data: TData | undefined,
    error: TError | null,
    variables: TVariables,
    onMutateResult: TOnMutateResult | undefined,
    context: MutationFunctionContext,
  ) => void;
}

export type MutateFunctionRest<TData, TError, TVariables, TOnMutateResult> =
  undefined extends TVariables
    ? [variables?: TVariables, options?: MutateOptions<TData, TError, TVariables, TOnMutateResult>]
    : [variables: TVariables, options?: MutateOptions<TData, TError, TVariables, TOnMutateResult>];

export type MutateFunction<
  TData = unknown,
  TError = DefaultError,
  TVariables = void,
  TOnMutateResult = unknown,
> = (...rest: MutateFunctionRest<TData, TError, TVariables, TOnMutateResult>) => Promise<TData>;

export interface MutationState<
  TData = unknown,
  TError = DefaultError,
  TVariables = unknown,
  TOnMutateResult = unknown,
> {
  /** What `onMutate` returned. */
  context: TOnMutateResult | undefined;
  data: TData | undefined;
  error: TError | null;
  failureCount: number;
  failureReason: TError | null;
  isPaused: boolean;
  status: MutationStatus;
  variables: TVariables | undefined;
  /** ms since 1970; 0 for never. */
  submittedAt: number;
}

/** One run of a mutation, to look at. */
export interface Mutation<
  TData = unknown,
  TError = DefaultError,
  TVariables = unknown,
  TOnMutateResult = unknown,
> {
  readonly mutationId: number;
  readonly state: MutationState<TData, TError, TVariables, TOnMutateResult>;
  readonly options: MutationOptions<TData, TError, TVariables, TOnMutateResult>;
  readonly meta: MutationMeta | undefined;
  /** Runs it. */
  execute(variables: TVariables): Promise<TData>;
  /** Goes on if it is paused and may run now; runs one that has not begun here. Resolves as the run does. */
  continue(): Promise<TData>;
  setOptions(options: MutationOptions<TData, TError, TVariables, TOnMutateResult>): void;
}

// biome-ignore lint/suspicious/noExplicitAny: a mutation of any data
export type AnyMutation = Mutation<any, any, any, any>;

interface MutationObserverBaseResult<TData, TError, TVariables, TOnMutateResult>
  extends MutationState<TData, TError, TVariables, TOnMutateResult> {
  isError: boolean;
  isIdle: boolean;
  isPending: boolean;
  isSuccess: boolean;
  mutate: MutateFunction<TData, TError, TVariables, TOnMutateResult>;
  /** Shows nothing again; what runs goes on. */
  reset: () => void;
}

export interface MutationObserverIdleResult<
  TData = unknown,
  TError = DefaultError,
  TVariables = void,
  TOnMutateResult = unknown,
> extends MutationObserverBaseResult<TData, TError, TVariables, TOnMutateResult> {
  data: undefined;
  variables: undefined;
  error: null;
  isError: false;
  isIdle: true;
  isPending: false;
  isSuccess: false;
  status: 'idle';
}

export interface MutationObserverLoadingResult<
  TData = unknown,
  TError = DefaultError,
  TVariables = void,
  TOnMutateResult = unknown,
> extends MutationObserverBaseResult<TData, TError, TVariables, TOnMutateResult> {
  data: undefined;
  variables: TVariables;
  error: null;
  isError: false;
  isIdle: false;
  isPending: true;
  isSuccess: false;
  status: 'pending';
}

export interface MutationObserverErrorResult<
  TData = unknown,
  TError = DefaultError,
  TVariables = void,
  TOnMutateResult = unknown,
> extends MutationObserverBaseResult<TData, TError, TVariables, TOnMutateResult> {
  data: undefined;
  variables: TVariables;
  error: TError;
  isError: true;
  isIdle: false;
  isPending: false;
  isSuccess: false;
  status: 'error';
}

export interface MutationObserverSuccessResult<
  TData = unknown,
  TError = DefaultError,
  TVariables = void,
  TOnMutateResult = unknown,
> extends MutationObserverBaseResult<TData, TError, TVariables, TOnMutateResult> {
  data: TData;
  variables: TVariables;
  error: null;
  isError: false;
  isIdle: false;
  isPending: false;
  isSuccess: true;
  status: 'success';
}

export type MutationObserverResult<
  TData = unknown,
  TError = DefaultError,
  TVariables = void,
  TOnMutateResult = unknown,
> =
  | MutationObserverIdleResult<TData, TError, TVariables, TOnMutateResult>
  | MutationObserverLoadingResult<TData, TError, TVariables, TOnMutateResult>
  | MutationObserverErrorResult<TData, TError, TVariables, TOnMutateResult>
  | MutationObserverSuccessResult<TData, TError, TVariables, TOnMutateResult>;

/** Runs mutations and shows the last one. */
export declare class MutationObserver<
  TData = unknown,
  TError = DefaultError,
  TVariables = void,
  TOnMutateResult = unknown,
> {
  constructor(
    client: QueryClient,
    options: MutationObserverOptions<TData, TError, TVariables, TOnMutateResult>,
  );
  options: MutationObserverOptions<TData, TError, TVariables, TOnMutateResult>;
  setOptions(options: MutationObserverOptions<TData, TError, TVariables, TOnMutateResult>): void;
  getCurrentResult(): MutationObserverResult<TData, TError, TVariables, TOnMutateResult>;
  /** Listeners are called at the end of the turn. Returns how to stop. */
  subscribe(
    listener: (result: MutationObserverResult<TData, TError, TVariables, TOnMutateResult>) => void,
  ): () => void;
  /** Resolves with what `mutationFn` did, or rejects with its error. */
  mutate: MutateFunction<TData, TError, TVariables, TOnMutateResult>;
  reset(): void;
}

export interface MutationCacheConfig {
  onMutate?: (variables: unknown, mutation: Mutation, context: MutationFunctionContext) => unknown;
  onSuccess?: (
    data: unknown,
    variables: unknown,
    onMutateResult: unknown,
    mutation: Mutation,
    context: MutationFunctionContext,
  ) => unknown;
  onError?: (
    error: DefaultError,
    variables: unknown,
    onMutateResult: unknown,
    mutation: Mutation,
    context: MutationFunctionContext,
  ) => unknown;
  onSettled?: (
    data: unknown,
    error: DefaultError | null,
    variables: unknown,
    onMutateResult: unknown,
    mutation: Mutation,
    context: MutationFunctionContext,
  ) => unknown;
}

export interface MutationCacheNotifyEvent {
  type:
    | 'added'
    | 'removed'
    | 'updated'
    | 'observerAdded'
    | 'observerRemoved'
    | 'observerOptionsUpdated';
  /** Absent if an observer changes its options while it shows none. */
  mutation?: Mutation;
  observer?: MutationObserver;
}

/**
 * The mutations of one client: those that are pending or observed, and others for their `gcTime`.
 */
export declare class MutationCache {
  constructor(config?: MutationCacheConfig);
  readonly config: MutationCacheConfig;
  /**
   * A mutation to `execute`. The options get their defaults. With a state that was kept, a pending one
   * goes on with `resumePausedMutations`; its `onMutate` is not called again.
   */
  build(client: QueryClient, options: MutationOptions, state?: Partial<MutationState>): Mutation;
  getAll(): Mutation[];
  /** Exact unless the filters say otherwise. */
  find(filters: MutationFilters): Mutation | undefined;
  findAll(filters?: MutationFilters): Mutation[];
  subscribe(listener: (event: MutationCacheNotifyEvent) => void): () => void;
  /**
   * Forgets it. One that is under way ends as the server says, with its callbacks. One that waits, for
   * its turn, the network or a page that somebody sees, is not sent and shows no more: its promise
   * rejects with a `CancelledError`, and none of its callbacks is called.
   */
  remove(mutation: Mutation): void;
  /** Forgets all of them, each as `remove` does. */
  clear(): void;
  resumePausedMutations(): Promise<void>;
}
