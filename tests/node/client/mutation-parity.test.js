/**
 * Mutations as TanStack Query's users know them: each scenario is played on both, and what they note
 * must be the same.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { inBoth } from './both.js';
import { server } from './setup.js';

/**
 * @param {string} title
 * @param {(stage: import('./both.js').Stage) => unknown} scenario
 */
function same(title, scenario) {
  test(title, async () => {
    const { tidemark, v5 } = await inBoth(scenario);
    assert.ok(v5.length > 0);
    assert.deepEqual(tidemark, v5);
  });
}

/** What a result or a mutation's state shows. @param {any} state */
const shown = ({
  status,
  data,
  error,
  variables,
  context,
  failureCount,
  failureReason,
  isPaused,
}) => ({
  status,
  data,
  error: error?.message,
  variables,
  context,
  failureCount,
  failureReason: failureReason?.message,
  isPaused,
});

/** Of the context that callbacks get last, what v5 knows. @param {any} context @param {any} client */
const known = ({ client, meta, mutationKey }, of) => ({
  ofClient: client === of,
  meta,
  mutationKey,
});

/** Callbacks that note their name and arguments. @param {any} log @param {any} client */
function callbacks(log, client, of = '') {
  const note =
    (/** @type {string} */ name) =>
    (/** @type {any[]} */ ...args) => {
      const plain = args.slice(0, -1).map((arg) => (arg instanceof Error ? arg.message : arg));
      log(`${of}${name}`, ...plain, known(args.at(-1), client));
    };
  return { onSuccess: note('onSuccess'), onError: note('onError'), onSettled: note('onSettled') };
}

/** @param {any} stage @param {any} options */
function observed({ lib, client }, options) {
  const observer = new lib.MutationObserver(client, options);
  return { observer, stop: observer.subscribe(() => {}) };
}

const fails = async () => {
  throw new Error('refused');
};
const ignore = () => {};

for (const [end, mutationFn] of /** @type {const} */ ([
  ['success', async () => 'data'],
  ['failure', fails],
])) {
  same(`on ${end}: order and arguments of all callbacks`, async (stage) => {
    const { client, log } = stage;
    const { observer } = observed(stage, {
      mutationKey: ['k'],
      meta: { m: 1 },
      mutationFn: async (/** @type {any} */ variables, /** @type {any} */ context) => {
        log('mutationFn', variables, known(context, client));
        return mutationFn();
      },
      onMutate: (/** @type {any} */ variables, /** @type {any} */ context) => {
        log('onMutate', variables, known(context, client));
        return 'from onMutate';
      },
      ...callbacks(log, client),
    });
    await observer.mutate('v', callbacks(log, client, 'own ')).catch(ignore);
    log(shown(observer.getCurrentResult()));
  });

  same(`on ${end}: the callbacks of the cache come first`, async ({ lib, createClient, log }) => {
    const note =
      (/** @type {string} */ name) =>
      async (/** @type {any[]} */ ...args) => {
        await null;
        log(name, args.length);
      };
    const names = ['onMutate', 'onSuccess', 'onError', 'onSettled'];
    const ofCache = Object.fromEntries(names.map((name) => [name, note(`cache ${name}`)]));
    const own = Object.fromEntries(names.map((name) => [name, note(name)]));
    const client = createClient({ mutationCache: new lib.MutationCache(ofCache) });
    await new lib.MutationObserver(client, { mutationFn, ...own }).mutate('v').catch(ignore);
  });

  same(`on ${end}: a new call from a callback of the call`, async (stage) => {
    const { client, log, advance } = stage;
    const { observer } = observed(stage, { mutationFn });
    const again = () => {
      log('again');
      observer.mutate('second', callbacks(log, client, 'second ')).catch(ignore);
    };
    const own = callbacks(log, client, 'first ');
    observer.mutate('first', { ...own, onSuccess: again, onError: again }).catch(ignore);
    await advance();
    log(shown(observer.getCurrentResult()));
  });
}

for (const name of ['onMutate', 'onSuccess', 'onSettled']) {
  same(`an ${name} that throws fails the mutation`, async (stage) => {
    const { log, client } = stage;
    const own = callbacks(log, client);
    let throws = true; // what fails so is settled, too: onSettled is called a second time
    const { observer } = observed(stage, {
      mutationFn: async () => log('called'),
      ...own,
      [name]: (/** @type {any[]} */ ...args) => {
        log(name, typeof args[1]);
        if (!throws) return;
        throws = false;
        throw new Error(`in ${name}`);
      },
    });
    await observer.mutate('v').catch((/** @type {Error} */ error) => log(error.message));
    log(shown(observer.getCurrentResult()));
  });
}

same(
  'async callbacks are awaited, one after the other, before the status changes',
  async (stage) => {
    const { log, advance } = stage;
    const slow = (/** @type {string} */ name) => async () => {
      log(name, 'begins', observer.getCurrentResult().status);
      await new Promise((resolve) => setImmediate(resolve));
      log(name, 'ends', observer.getCurrentResult().status);
    };
    const { observer } = observed(stage, {
      onMutate: slow('onMutate'),
      mutationFn: slow('mutationFn'),
      onSuccess: slow('onSuccess'),
      onSettled: slow('onSettled'),
    });
    await observer.mutate();
    await advance();
    log(observer.getCurrentResult().status);
  },
);

same(
  'of two calls both callbacks of the options run, of the calls only the last one',
  async (stage) => {
    const { client, log, advance } = stage;
    const { ask, calls } = server();
    const { observer } = observed(stage, { mutationFn: ask, ...callbacks(log, client) });
    observer.mutate('first', callbacks(log, client, 'own '));
    observer.mutate('second', callbacks(log, client, 'own '));
    await advance();
    calls[0].resolve('of first');
    await advance();
    log(shown(observer.getCurrentResult()));
    calls[1].resolve('of second');
    await advance();
    log(shown(observer.getCurrentResult()));
  },
);

same(
  'once nobody listens callbacks of a call do not run, those of the options do',
  async (stage) => {
    const { client, log, advance } = stage;
    const { ask, calls } = server();
    const { observer, stop } = observed(stage, { mutationFn: ask, ...callbacks(log, client) });
    observer.mutate('v', callbacks(log, client, 'own '));
    await advance();
    stop();
    calls[0].resolve('data');
    await advance();
  },
);

same('what onMutate sets is there when mutate returns', async (stage) => {
  const { client, log } = stage;
  const onMutate = () => client.setQueryData(['key'], 'set');
  const { observer } = observed(stage, { mutationFn: async () => 'data', onMutate });
  observer.mutate('v');
  log(client.getQueryData(['key']));
});

same('an onMutate of the cache is awaited before that of the options is called', async (stage) => {
  const { lib, log, createClient } = stage;
  const mutationCache = new lib.MutationCache({ onMutate: async () => log('of the cache') });
  const client = createClient({ mutationCache });
  const observer = new lib.MutationObserver(client, {
    mutationFn: async () => 'data',
    onMutate: () => log('of the options'),
  });
  const done = observer.mutate('v');
  log('mutate has returned');
  await done;
});

same('who listens again sees how it ended', async (stage) => {
  const { log, advance } = stage;
  const { ask, calls } = server();
  const { observer, stop } = observed(stage, { mutationFn: ask });
  observer.mutate('v');
  await advance();
  stop();
  calls[0].resolve('data');
  await advance();
  log(shown(observer.getCurrentResult()));
  observer.subscribe(ignore);
  log(shown(observer.getCurrentResult()));
});

same('reset shows nothing; what runs goes on, with its callbacks', async (stage) => {
  const { client, log, advance } = stage;
  const { ask, calls } = server();
  const { observer } = observed(stage, { mutationFn: ask, ...callbacks(log, client) });
  observer.mutate('v', callbacks(log, client, 'own '));
  await advance();
  observer.reset();
  log(shown(observer.getCurrentResult()));
  calls[0].resolve('data');
  await advance();
  log(shown(observer.getCurrentResult()));
});

same('other options take effect on what is pending', async (stage) => {
  const { client, log, advance } = stage;
  const { ask, calls } = server();
  const { observer } = observed(stage, { mutationFn: ask, ...callbacks(log, client, 'old ') });
  observer.mutate('v');
  await advance();
  observer.setOptions({ mutationFn: ask, ...callbacks(log, client, 'new ') });
  calls[0].resolve('data');
  await advance();
});

same('another mutationKey resets what is shown', async (stage) => {
  const { log } = stage;
  const mutationFn = async () => 'data';
  const { observer } = observed(stage, { mutationFn, mutationKey: ['a'] });
  await observer.mutate('v');
  observer.setOptions({ mutationFn, mutationKey: ['a'] });
  log(shown(observer.getCurrentResult()));
  observer.setOptions({ mutationFn, mutationKey: ['b'] });
  log(shown(observer.getCurrentResult()));
});

same('retry as a number: what shows while it is tried again', async (stage) => {
  const { log, advance } = stage;
  const { observer } = observed(stage, { mutationFn: fails, retry: 2 });
  observer.mutate('v').catch(ignore);
  for (const ms of [0, 999, 1, 1999, 1]) {
    await advance(ms);
    log(ms, shown(observer.getCurrentResult()));
  }
});

same('retry and retryDelay as functions of failures and error', async (stage) => {
  const { log, advance } = stage;
  const { observer } = observed(stage, {
    mutationFn: fails,
    retry: (/** @type {number} */ count, /** @type {Error} */ error) => {
      log('retry', count, error.message);
      return count < 2;
    },
    retryDelay: (/** @type {number} */ count, /** @type {Error} */ { message }) =>
      10 * (count + 1) + message.length,
  });
  observer.mutate('v').catch(ignore);
  for (const ms of [16, 1, 26, 1]) {
    await advance(ms);
    log(shown(observer.getCurrentResult()));
  }
});

same('retry as a function that returns something true or false', async (stage) => {
  const { log, advance } = stage;
  const { observer } = observed(stage, {
    mutationFn: fails,
    retry: (/** @type {number} */ count) => ['yes', 1, 0][count],
    retryDelay: 0,
  });
  observer.mutate('v').catch(ignore);
  await advance(1);
  log(shown(observer.getCurrentResult()));
});

for (const networkMode of ['online', 'offlineFirst', 'always']) {
  same(`networkMode ${networkMode} without a network, and back`, async (stage) => {
    const { lib, log, advance } = stage;
    let works = false;
    const { observer } = observed(stage, {
      networkMode,
      retry: 1,
      mutationFn: async () => {
        log('called');
        if (!works) throw new Error('no network');
        return 'data';
      },
    });
    lib.onlineManager.setOnline(false);
    observer.mutate('v').catch(ignore);
    await advance();
    log(shown(observer.getCurrentResult()));
    await advance(5000);
    log(shown(observer.getCurrentResult()));
    works = true;
    lib.onlineManager.setOnline(true);
    await advance();
    log(shown(observer.getCurrentResult()));
  });
}

same('a retry waits for the page to be seen', async (stage) => {
  const { lib, log, advance } = stage;
  const { observer } = observed(stage, {
    retry: 1,
    mutationFn: async () => {
      log('called');
      throw new Error('no');
    },
  });
  observer.mutate('v').catch(ignore);
  await advance();
  lib.focusManager.setFocused(false);
  await advance(5000);
  log(shown(observer.getCurrentResult()));
  lib.focusManager.setFocused(true);
  await advance();
  log(shown(observer.getCurrentResult()));
});

same('a network that comes back while onMutate runs leaves nothing paused', async (stage) => {
  const { lib, log, advance } = stage;
  lib.onlineManager.setOnline(false);
  const { observer } = observed(stage, {
    onMutate: () => lib.onlineManager.setOnline(true),
    mutationFn: () => new Promise(ignore),
  });
  observer.mutate('v');
  log(observer.getCurrentResult().isPaused);
  await advance();
  log(observer.getCurrentResult().isPaused);
});

same('of one scope one runs at a time, a failure lets the next one go', async (stage) => {
  const { client, log, advance } = stage;
  const { ask, calls } = server();
  const options = { mutationFn: ask, scope: { id: 's' }, ...callbacks(log, client) };
  const observers = ['a', 'b', 'c'].map((variables) => {
    const { observer } = observed(stage, {
      ...options,
      onMutate: () => log('onMutate', variables),
    });
    observer.mutate(variables).catch(ignore);
    return observer;
  });
  const look = () => log(calls.length, ...observers.map((it) => shown(it.getCurrentResult())));
  await advance();
  look();
  calls[0].reject(new Error('refused'));
  await advance();
  look();
  calls[1].resolve('data');
  await advance();
  look();
});

same('paused ones go out in order when the network is back', async (stage) => {
  const { lib, log, advance } = stage;
  const { ask, calls } = server();
  lib.onlineManager.setOnline(false);
  for (const variables of [1, 2, 3]) {
    const { observer } = observed(stage, { mutationFn: ask });
    observer.mutate(variables);
  }
  await advance();
  log(calls.length);
  lib.onlineManager.setOnline(true);
  await advance();
  log(calls.map(({ args }) => args[0]));
});

same('resumePausedMutations resolves when those it let go are over', async (stage) => {
  const { lib, client, log, advance } = stage;
  const { ask, calls } = server();
  lib.onlineManager.setOnline(false);
  const { observer } = observed(stage, { mutationFn: ask });
  observer.mutate('v').catch(ignore);
  await advance();
  client.unmount();
  lib.onlineManager.setOnline(true);
  client.resumePausedMutations().then(() => log('resumed'));
  await advance();
  log(calls.length);
  calls[0].reject(new Error('refused'));
  await advance();
  client.mount();
});

same('submittedAt and variables tell of the last call', async (stage) => {
  const { log, advance } = stage;
  const { observer } = observed(stage, { mutationFn: async () => 'data' });
  await observer.mutate('first');
  log(observer.getCurrentResult().submittedAt, observer.getCurrentResult().variables);
  await advance(1000);
  await observer.mutate('second');
  log(observer.getCurrentResult().submittedAt, observer.getCurrentResult().variables);
});

for (const [title, gcTime] of /** @type {const} */ ([
  ['five minutes', undefined],
  ['its gcTime', 1000],
  ['no time with gcTime 0', 0],
])) {
  same(`a mutation that nobody shows is kept for ${title} after it was left`, async (stage) => {
    const { client, log, advance } = stage;
    const { observer, stop } = observed(stage, { mutationFn: async () => 'data', gcTime });
    const count = () => log(client.getMutationCache().getAll().length);
    await observer.mutate('v');
    await advance(1e6);
    count();
    stop();
    count();
    for (const ms of [0, 999, 1, 298_999, 1]) {
      await advance(ms);
      count();
    }
  });
}

same('a pending mutation is kept, whoever leaves', async (stage) => {
  const { client, log, advance } = stage;
  const { observer, stop } = observed(stage, { mutationFn: () => new Promise(ignore), gcTime: 10 });
  observer.mutate('v');
  stop();
  await advance(1000);
  log(client.isMutating());
});

same('filters of mutations: key, exact, status, predicate', async (stage) => {
  const { lib, client, log, advance } = stage;
  const never = () => new Promise(ignore);
  const begin = (/** @type {any} */ options, /** @type {string} */ variables) =>
    new lib.MutationObserver(client, options).mutate(variables).catch(ignore);
  begin({ mutationKey: ['todos', 1], mutationFn: never }, 'a');
  begin({ mutationKey: ['todos'], mutationFn: fails }, 'b');
  begin({ mutationFn: async () => 'data' }, 'c');
  await advance();
  const cache = client.getMutationCache();
  const found = (/** @type {any} */ filters) =>
    log(cache.findAll(filters).map((/** @type {any} */ it) => it.state.variables));
  found(undefined);
  found({ mutationKey: ['todos'] });
  found({ mutationKey: ['todos'], exact: true });
  found({ status: 'error' });
  found({ mutationKey: ['todos'], status: 'pending' });
  found({ predicate: (/** @type {any} */ it) => it.state.variables > 'a' });
  log(cache.find({ mutationKey: ['todos'] })?.state.variables);
  log(cache.find({ mutationKey: ['todo'] })?.state.variables);
  log(client.isMutating(), client.isMutating({ mutationKey: ['todos'] }));
});

same(
  'options come from the client, from the key and from the mutation, the last one wins',
  async (stage) => {
    const { lib, createClient, log } = stage;
    const client = createClient({
      defaultOptions: { mutations: { retry: 1, meta: { by: 'client' } } },
    });
    client.setMutationDefaults(['a'], {
      meta: { by: 'key' },
      mutationFn: async () => 'of the key',
    });
    client.setMutationDefaults(['a', 'b'], { mutationFn: async () => 'of the longer key' });
    for (const mutationKey of [['a'], ['a', 'b'], ['a', 'c']]) {
      log(await new lib.MutationObserver(client, { mutationKey }).mutate('v'));
      const { retry, meta } = client.defaultMutationOptions({ mutationKey });
      log(retry, meta);
    }
    const { meta } = client.defaultMutationOptions({ mutationKey: ['a'], meta: { by: 'itself' } });
    log(meta);
  },
);

same('clear forgets mutations; those on their way end, paused ones never go out', async (stage) => {
  const { lib, client, log, advance } = stage;
  const { ask, calls } = server();
  const flying = observed(stage, { mutationFn: ask }).observer.mutate('flying');
  flying.then(() => log('flying ended'));
  await advance();
  lib.onlineManager.setOnline(false);
  observed(stage, { mutationFn: ask }).observer.mutate('paused').catch(ignore);
  await advance();
  client.clear();
  log(client.isMutating());
  lib.onlineManager.setOnline(true);
  await advance();
  calls[0].resolve('data');
  await advance();
  log(calls.length);
});

same(
  'the habit of onMutate, cancelQueries, setQueryData and roll back in onError',
  async (stage) => {
    const { client, log, advance } = stage;
    const { ask, calls } = server();
    const queryKey = ['list'];
    client.setQueryData(queryKey, ['base']);
    const look = () =>
      log(client.getQueryData(queryKey), client.getQueryState(queryKey).isInvalidated);
    const { observer } = observed(stage, {
      mutationFn: ask,
      onMutate: async (/** @type {any} */ item) => {
        await client.cancelQueries({ queryKey });
        const previous = client.getQueryData(queryKey);
        client.setQueryData(queryKey, (/** @type {any} */ list) => [...list, item]);
        return { previous };
      },
      onError: (/** @type {any} */ _error, /** @type {any} */ _item, /** @type {any} */ context) =>
        client.setQueryData(queryKey, context.previous),
      onSettled: () => client.invalidateQueries({ queryKey }),
    });
    for (const end of ['reject', 'resolve']) {
      observer.mutate(end).catch(ignore);
      await advance();
      look();
      const call = /** @type {any} */ (calls.at(-1));
      call[end](new Error('refused'));
      await advance();
      look();
    }
  },
);
