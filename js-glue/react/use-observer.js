import { useCallback, useEffect, useState, useSyncExternalStore } from 'react';

/** @import { QueryClient } from '../client/query-client.js' */

/**
 * An observer that lives as long as the component; another client gets another observer.
 *
 * @template Options
 * @template Observer
 * @param {new (client: QueryClient, options: Options) => Observer} Observer
 * @param {QueryClient} client
 * @param {Options} options of its first render; later ones are for {@link useOptions}
 * @returns {Observer}
 */
export function useObserver(Observer, client, options) {
  const [held, hold] = useState(() => ({ client, observer: new Observer(client, options) }));
  let { observer } = held;
  if (held.client !== client) {
    observer = new Observer(client, options);
    hold({ client, observer });
  }
  return observer;
}

/**
 * Gives the observer the options of each render. Comes after `useStore`: an observer that nobody listens
 * to shows no fetch that is about to come, which would be another render.
 *
 * @template Options
 * @param {{ setOptions(options: Options): void }} observer
 * @param {Options} options
 */
export function useOptions(observer, options) {
  useEffect(() => {
    observer.setOptions(options);
  }, [observer, options]);
}

/**
 * What `read` gives, read again whenever `source` says that something has changed. `read` answers
 * with the same reference until then.
 *
 * @template T
 * @param {{ subscribe(listener: () => void): () => void }} source
 * @param {() => T} read
 * @returns {T}
 */
export function useStore(source, read) {
  const subscribe = useCallback(
    (/** @type {() => void} */ changed) => source.subscribe(changed),
    [source],
  );
  return useSyncExternalStore(subscribe, read, read);
}
