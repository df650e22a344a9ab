import type { AnyQuery, MutationFilters, QueryFilters } from './cache.js';
import type { AnyMutation, MutationObserver, MutationObserverResult } from './mutation.js';
import type { QueryObserver } from './observer.js';
import type { QueryObserverResult } from './query-result.js';

/**
 * A key as text; equal texts mean one identity: that of JSON, with members in any order. Throws a
 * TypeError for a circle, and for a BigInt without a toJSON.
 */
export declare function hashKey(key: readonly unknown[]): string;
/** Arrays match as prefixes and objects as subsets at every depth, leaves by value and type. */
export declare function partialMatchKey(
  key: readonly unknown[],
  filter: readonly unknown[],
): boolean;
export declare function matchQuery(filters: QueryFilters, query: AnyQuery): boolean;
export declare function matchMutation(filters: MutationFilters, mutation: AnyMutation): boolean;
/** `next`, with the references of `previous` wherever they are deeply equal. */
export declare function replaceEqualDeep<T>(previous: unknown, next: T): T;
/** As `placeholderData`: the answer of the previous key is shown until the new one is there. */
export declare function keepPreviousData<T>(previousData: T | undefined): T | undefined;

/** A promise of a fetch was rejected because somebody cancelled it. */
export declare class CancelledError extends Error {
  constructor(options?: { revert?: boolean; silent?: boolean });
  revert?: boolean;
  silent?: boolean;
}
export declare function isCancelledError(value: unknown): value is CancelledError;

/** What the core refused: nothing has changed. */
export declare class TidemarkError extends Error {
  constructor(code: number, message: string);
  /** Negative, as the core numbers its errors. */
  readonly code: number;
}

type Setup = (report: (value?: boolean) => void) => (() => void) | undefined;

/** Whether somebody sees the page. */
export declare const focusManager: {
  isFocused(): boolean;
  /** undefined leaves it to the platform. */
  setFocused(focused?: boolean): void;
  /** Somebody has just come to look, also if the page was seen before: refetches as on focus. */
  onFocus(): void;
  /** Replaces the platform's events by another source. */
  setEventListener(setup: Setup): void;
  subscribe(listener: (focused: boolean) => void): () => void;
};

/** Whether there is a network. True until an event says otherwise. */
export declare const onlineManager: {
  isOnline(): boolean;
  setOnline(online: boolean): void;
  setEventListener(setup: Setup): void;
  subscribe(listener: (online: boolean) => void): () => void;
};

/** When, and around what, listeners are called. */
export declare const notifyManager: {
  batch<T>(run: () => T): T;
  schedule(run: () => void): void;
  batchCalls<T extends unknown[]>(run: (...args: T) => void): (...args: T) => void;
  setScheduler(scheduler: (run: () => void) => void): void;
  setNotifyFunction(notify: (run: () => void) => void): void;
  setBatchNotifyFunction(batchNotify: (run: () => void) => void): void;
};

/** What a view may return: text, a node that replaces the children, or nothing. */
export type Rendered = string | Node | undefined;

/**
 * Shows an observer's result in an element of a page without a framework: now, and at the end of
 * each turn in which a field that `view` read has changed. Text is shown as text, never as markup.
 *
 * @returns how to stop
 * @throws TypeError for a wrong argument, and what the first `view` throws
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
