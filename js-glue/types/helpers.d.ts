import type { AnyQuery, MutationFilters, QueryFilters } from './cache.js';
import type { AnyMutation, MutationObserver, MutationObserverResult } from './mutation.js';
import type { QueryObserver } from './observer.js';
import type { QueryObserverResult } from './query-result.js';

/**
 * A key as a string. Two keys are equal if their strings are equal: keys compare as JSON, with members in any order.
 * Throws a TypeError for a circular key, and for a BigInt without a toJSON.
 */
export declare function hashKey(key: readonly unknown[]): string;
/** Arrays match as prefixes and objects as subsets at every depth, leaves by value and type. */
export declare function partialMatchKey(
  key: readonly unknown[],
  filter: readonly unknown[],
): boolean;
export declare function matchQuery(filters: QueryFilters, query: AnyQuery): boolean;
export declare function matchMutation(filters: MutationFilters, mutation: AnyMutation): boolean;
/** Returns `next`, reusing the parts of `previous` that are deeply equal. */
export declare function replaceEqualDeep<T>(previous: unknown, next: T): T;
/** For `placeholderData`: shows the data of the previous key until the new data arrives. */
export declare function keepPreviousData<T>(previousData: T | undefined): T | undefined;

/** The reason with which the promise of a cancelled fetch or mutation rejects. */
export declare class CancelledError extends Error {
  constructor(options?: { revert?: boolean; silent?: boolean });
  revert?: boolean;
  silent?: boolean;
}
export declare function isCancelledError(value: unknown): value is CancelledError;

/** The core refused a call; nothing has changed. */
export declare class TidemarkError extends Error {
  constructor(code: number, message: string);
  /** Negative; the core's error number. */
  readonly code: number;
}

type Setup = (report: (value?: boolean) => void) => (() => void) | undefined;

/** Whether the page is visible. */
export declare const focusManager: {
  isFocused(): boolean;
  /** Overrides the platform's state; undefined restores it. */
  setFocused(focused?: boolean): void;
  /** Reports a focus event, even if the page was visible before: refetches as on window focus. */
  onFocus(): void;
  /** Replaces the platform's events with another source. */
  setEventListener(setup: Setup): void;
  subscribe(listener: (focused: boolean) => void): () => void;
};

/** Whether the network is available. True until an event reports otherwise. */
export declare const onlineManager: {
  isOnline(): boolean;
  setOnline(online: boolean): void;
  setEventListener(setup: Setup): void;
  subscribe(listener: (online: boolean) => void): () => void;
};

/** Schedules and batches the calls of listeners. */
export declare const notifyManager: {
  batch<T>(run: () => T): T;
  schedule(run: () => void): void;
  batchCalls<T extends unknown[]>(run: (...args: T) => void): (...args: T) => void;
  setScheduler(scheduler: (run: () => void) => void): void;
  setNotifyFunction(notify: (run: () => void) => void): void;
  setBatchNotifyFunction(batchNotify: (run: () => void) => void): void;
};

/** What a view may return: text, a node that replaces the element's children, or nothing. */
export type Rendered = string | Node | undefined;

/**
 * Renders an observer's result into a DOM element, without a framework: now, and at the end of each turn in which
 * a field that `view` read has changed. Text is rendered as text, never as markup.
 *
 * @returns a function that stops rendering
 * @throws TypeError for an invalid argument, and any error of the first `view` call
 */
export declare function render<
  TElement extends Element,
  TQueryFnData,
  TError,
  TData,
  TQueryData,
  TQueryKey extends readonly unknown[],
>(
  observer: QueryObserver<TQueryFnData, TError, TData, TQueryData, TQueryKey>,
  element: TElement,
  // biome-ignore lint/suspicious/noConfusingVoidType: a view may have no return statement
  view: (result: QueryObserverResult<TData, TError>, element: TElement) => Rendered | void,
): () => void;
export declare function render<TElement extends Element, TData, TError, TVariables, TContext>(
  observer: MutationObserver<TData, TError, TVariables, TContext>,
  element: TElement,
  view: (
    result: MutationObserverResult<TData, TError, TVariables, TContext>,
    element: TElement,
    // biome-ignore lint/suspicious/noConfusingVoidType: as above
  ) => Rendered | void,
): () => void;
