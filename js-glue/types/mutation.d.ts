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
   * This mutation's id on the wire. Send it with the request; if the server sets it as `mutation` of the change it
   * publishes, the optimistic update ends with the first answer that contains the change.
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
 * If the server refuses the mutation, the update is removed without a trace, whatever other updates are pending
 * for the key. If the server succeeds, the update stays until an answer arrives whose fetch started later, so that
 * the old value never shows in between. For an unobserved key it becomes part of the value, which the next observer
 * refetches. A key with a pending update is not garbage collected. If a key is removed and created again while the
 * mutation is pending, it shows the update again; if it is reset, it shows the update over its new answer. After
 * `client.clear()` no update shows.
 */
export interface OptimisticUpdate<TVariables = unknown> {
  queryKey: QueryKey;
  /**
   * Default `true`: exactly this key, as in `setQueryData`. `false`: every key that it matches, as in
   * `setQueriesData`, both those in the cache and those created while the mutation is pending.
   */
  exact?: boolean;
  /**
   * Returns the value with the change applied, as a new value; it must not modify the old one, which shows again
   * if the server refuses. While the mutation is pending, it runs again whenever the value below changes: after a
   * new answer, or when an older update is removed. It does not run while there is no data. `undefined` leaves
   * the value as it is. If it throws before the mutation is sent, the mutation fails with that error. If it throws
   * later, the error is reported, the update is no longer shown, and the server decides.
   */
  // biome-ignore lint/suspicious/noExplicitAny: the data of any query
  update(value: any, variables: TVariables, queryKey: QueryKey): unknown;
}

/** Mutations with the same scope id run one at a time, oldest first. */
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
  /** The updates to show at once, all in one step, also while the mutation is paused. */
  optimistic?:
    | readonly OptimisticUpdate<TVariables>[]
    | ((variables: TVariables) => readonly OptimisticUpdate<TVariables>[]);
  /**
   * The changes that the mutation causes, for the client's rules, which run after it succeeded. The same change from
   * the stream causes no second refetch if the server passes `mutationId` on.
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
  /** Default `'online'`: pauses while offline and resumes in order. */
  networkMode?: NetworkMode;
  /**
   * ms to keep a finished mutation that no observer shows in the cache; the largest value requested wins. Default
   * 5 minutes, `Infinity` on a server.
   */
  gcTime?: number;
  meta?: MutationMeta;
  /** Mutations of one scope run one at a time. Fixed when `mutate` is called; later options do not change it. */
  scope?: MutationScope;
}

export interface MutationObserverOptions<
  TData = unknown,
  TError = DefaultError,
  TVariables = void,
  TOnMutateResult = unknown,
> extends MutationOptions<TData, TError, TVariables, TOnMutateResult> {
  /** For hooks: throws the error to the nearest error boundary. Default false. */
  throwOnError?: boolean | ((error: TError) => boolean);
}

/** Callbacks of one `mutate` call. They run only while the observer has listeners. */
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

/** One run of a mutation. */
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
  /** Restores the idle result; a running mutation continues. */
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

/** Runs mutations and exposes the state of the last one. */
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
  /** Calls the listener at the end of the turn. Returns a function that unsubscribes. */
  subscribe(
    listener: (result: MutationObserverResult<TData, TError, TVariables, TOnMutateResult>) => void,
  ): () => void;
  /** Resolves with the result of `mutationFn`, or rejects with its error. */
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
  /** Absent if an observer that shows no mutation changes its options. */
  mutation?: Mutation;
  observer?: MutationObserver;
}

/**
 * The mutations of one client: pending ones, observed ones, and finished ones for their `gcTime`.
 */
export declare class MutationCache {
  constructor(config?: MutationCacheConfig);
  readonly config: MutationCacheConfig;
  /**
   * Creates a mutation to `execute`. Applies the default options. If a stored state is passed and it is pending,
   * `resumePausedMutations` continues it without calling `onMutate` again.
   */
  build(client: QueryClient, options: MutationOptions, state?: Partial<MutationState>): Mutation;
  getAll(): Mutation[];
  /** `exact` is true by default. */
  find(filters: MutationFilters): Mutation | undefined;
  findAll(filters?: MutationFilters): Mutation[];
  subscribe(listener: (event: MutationCacheNotifyEvent) => void): () => void;
  /**
   * Removes a mutation. A running one ends as the server decides, with its callbacks. A waiting one (for its turn,
   * the network or a visible page) is not sent and no longer shown: its promise rejects with a `CancelledError`,
   * and none of its callbacks is called.
   */
  remove(mutation: Mutation): void;
  /** Removes all mutations, each as `remove` does. */
  clear(): void;
  resumePausedMutations(): Promise<void>;
}
