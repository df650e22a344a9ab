/* global lab */
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { openPage } from './open-page.js';

/** @type {Awaited<ReturnType<typeof openPage>>} */
let chromium;
before(async () => {
  chromium = await openPage();
});
after(() => chromium.close());

/** Runs a function in the page, which finds the package and React as `lab`. */
const inPage = (run) => chromium.page.evaluate(run);

test('useQuery shows that it loads, then the data, and fetches once, also in StrictMode', async () => {
  const shown = await inPage(async () => {
    const { h, React, QueryClient, useQuery, mount, server, settle } = lab;
    const { ask, calls } = server();
    const Name = () => {
      const { data, status } = useQuery({ queryKey: ['name'], queryFn: ask });
      return `${status} ${data}`;
    };
    const { box, unmount } = mount(new QueryClient(), h(React.StrictMode, null, h(Name)));
    const first = box.textContent;
    await settle();
    calls[0].resolve('Ada');
    await settle();
    const second = box.textContent;
    unmount();
    return [first, second, calls.length];
  });
  assert.deepEqual(shown, ['pending undefined', 'success Ada', 1]);
});

test('after unmounting nobody looks', async () => {
  const counts = await inPage(async () => {
    const { h, React, QueryClient, useQuery, mount, settle } = lab;
    const client = new QueryClient();
    const Name = () => useQuery({ queryKey: ['name'], queryFn: () => 'Ada' }).data ?? '';
    const { unmount } = mount(client, h(React.StrictMode, null, h(Name)));
    await settle();
    const count = () =>
      client
        .getQueryCache()
        .find({ queryKey: ['name'] })
        .getObserversCount();
    const before = count();
    unmount();
    return [before, count(), client.getStats().active];
  });
  assert.deepEqual(counts, [1, 0, 0]);
});

test('a component renders again only for fields that it reads', async () => {
  const renders = await inPage(async () => {
    const { h, QueryClient, useQuery, mount, settle } = lab;
    const client = new QueryClient();
    let count = 0;
    const Name = () => {
      count += 1;
      const { data } = useQuery({ queryKey: ['name'], queryFn: () => 'Ada', staleTime: Infinity });
      return data ?? '';
    };
    const { unmount } = mount(client, h(Name));
    await settle();
    const before = count;
    await client.invalidateQueries();
    await settle();
    const same = count;
    client.setQueryData(['name'], 'Grace');
    await settle();
    unmount();
    return [same - before, count - same];
  });
  assert.deepEqual(renders, [0, 1]);
});

test('a query that loads is rendered once while it loads and once with its answer', async () => {
  const renders = await inPage(async () => {
    const { h, QueryClient, useQuery, mount, settle } = lab;
    const renders = [];
    const Name = () => {
      const { data, fetchStatus } = useQuery({ queryKey: ['name'], queryFn: () => 'Ada' });
      renders.push(`${fetchStatus} ${data}`);
      return '';
    };
    const { unmount } = mount(new QueryClient(), h(Name));
    await settle();
    unmount();
    return renders;
  });
  assert.deepEqual(renders, ['fetching undefined', 'idle Ada']);
});

test('another key shows the other query in the same render', async () => {
  const shown = await inPage(async () => {
    const { h, QueryClient, useQuery, mount } = lab;
    const client = new QueryClient();
    client.setQueryData(['name', 1], 'Ada');
    client.setQueryData(['name', 2], 'Grace');
    const seen = [];
    const Name = ({ id }) => {
      const { data } = useQuery({ queryKey: ['name', id], queryFn: () => '', staleTime: Infinity });
      seen.push(`${id} ${data}`);
      return data;
    };
    const { show, unmount } = mount(client, h(Name, { id: 1 }));
    show(h(Name, { id: 2 }));
    unmount();
    return [...new Set(seen)];
  });
  assert.deepEqual(shown, ['1 Ada', '2 Grace']);
});

test('another client shows its own data', async () => {
  const shown = await inPage(async () => {
    const { h, QueryClient, useQuery, mount, settle } = lab;
    const clients = ['Ada', 'Grace'].map((name) => {
      const client = new QueryClient();
      client.setQueryData(['name'], name);
      return client;
    });
    const seen = [];
    const Name = ({ client }) => {
      const { data } = useQuery({ queryKey: ['name'], staleTime: Infinity }, client);
      seen.push(`${clients.indexOf(client)} ${data}`);
      return data;
    };
    const { box, show, unmount } = mount(clients[0], h(Name, { client: clients[0] }));
    show(h(Name, { client: clients[1] }));
    await settle();
    clients[1].setQueryData(['name'], 'Grace Hopper');
    await settle();
    const last = box.textContent;
    unmount();
    return { seen: [...new Set(seen)], last };
  });
  assert.deepEqual(shown, {
    seen: ['0 Ada', '1 Grace', '1 Grace Hopper'],
    last: 'Grace Hopper',
  });
});

test('with throwOnError the nearest boundary shows the error', async () => {
  const shown = await inPage(async () => {
    const { h, React, QueryClient, useQuery, mount, until } = lab;
    class Boundary extends React.Component {
      state = { text: null };
      static getDerivedStateFromError(error) {
        return { text: `caught ${error.message}` };
      }
      render() {
        return this.state.text ?? this.props.children;
      }
    }
    const Name = () => {
      const queryFn = () => Promise.reject(new Error('no'));
      useQuery({ queryKey: ['name'], queryFn, retry: false, throwOnError: true });
      return 'loading';
    };
    const { box, unmount } = mount(new QueryClient(), h(Boundary, null, h(Name)));
    await until(() => box.textContent !== 'loading');
    const text = box.textContent;
    unmount();
    return text;
  });
  assert.equal(shown, 'caught no');
});

test('useQuery that is not subscribed shows what is cached, and fetches nothing until it is', async () => {
  const shown = await inPage(async () => {
    const { h, QueryClient, useQuery, mount, settle } = lab;
    const client = new QueryClient();
    const Name = ({ subscribed }) => {
      const queryFn = () => 'Ada';
      const { data, fetchStatus } = useQuery({ queryKey: ['name'], queryFn, subscribed });
      return `${fetchStatus} ${data}`;
    };
    const { box, show, unmount } = mount(client, h(Name, { subscribed: false }));
    await settle();
    const texts = [box.textContent];
    for (const subscribed of [true, false]) {
      show(h(Name, { subscribed }));
      await settle();
      texts.push(box.textContent);
    }
    client.setQueryData(['name'], 'Grace');
    await settle();
    texts.push(box.textContent);
    unmount();
    return texts;
  });
  assert.deepEqual(shown, ['idle undefined', 'idle Ada', 'idle Ada', 'idle Ada']);
});

test('throwOnError is asked about the query that is shown, also when the key has just changed', async () => {
  const asked = await inPage(async () => {
    const { h, QueryClient, useQuery, mount, settle } = lab;
    const client = new QueryClient();
    client.setQueryData(['fine'], 'Ada');
    const queryFn = () => Promise.reject(new Error('no'));
    await client.prefetchQuery({ queryKey: ['failed'], queryFn });
    const asked = [];
    const throwOnError = (_, query) => {
      asked.push(query.queryKey[0]);
      return false;
    };
    const Name = ({ queryKey }) => useQuery({ queryKey, enabled: false, throwOnError }).status;
    const { show, unmount } = mount(client, h(Name, { queryKey: ['fine'] }));
    show(h(Name, { queryKey: ['failed'] }));
    await settle();
    unmount();
    return [...new Set(asked)];
  });
  assert.deepEqual(asked, ['failed']);
});

test('useMutation shows the change at once, and takes it back when it is refused', async () => {
  const shown = await inPage(async () => {
    const { h, QueryClient, useMutation, useQuery, useIsMutating, mount, server, settle } = lab;
    const client = new QueryClient();
    client.setQueryData(['list'], ['base']);
    const { ask, calls } = server();
    let add;
    const List = () => {
      const { data } = useQuery({ queryKey: ['list'], staleTime: Infinity });
      const { mutate, status, error } = useMutation({
        mutationFn: ask,
        optimistic: [{ queryKey: ['list'], update: (list, item) => [...list, item] }],
      });
      add = mutate;
      return `${data} | ${status} | ${useIsMutating()} | ${error?.message}`;
    };
    const { box, unmount } = mount(client, h(List));
    const texts = [box.textContent];
    add('A');
    await settle();
    texts.push(box.textContent);
    calls[0].reject(new Error('refused'));
    await settle();
    texts.push(box.textContent);
    unmount();
    return texts;
  });
  assert.deepEqual(shown, [
    'base | idle | 0 | undefined',
    'base,A | pending | 1 | undefined',
    'base | error | 0 | refused',
  ]);
});

test('useMutation throws at the nearest boundary if throwOnError says so', async () => {
  const shown = await inPage(async () => {
    const { h, React, QueryClient, useMutation, mount, settle } = lab;
    class Boundary extends React.Component {
      state = { error: null };
      static getDerivedStateFromError = (error) => ({ error });
      render() {
        return this.state.error ? `caught ${this.state.error.message}` : this.props.children;
      }
    }
    let save;
    const Save = () => {
      save = useMutation({
        mutationFn: (message) => Promise.reject(new Error(message)),
        throwOnError: (error) => error.message === 'no, loud',
      }).mutate;
      return 'save';
    };
    const { box, unmount } = mount(new QueryClient(), h(Boundary, null, h(Save)));
    const texts = [];
    for (const message of ['no, quiet', 'no, loud']) {
      save(message);
      await settle();
      texts.push(box.textContent);
    }
    unmount();
    return texts;
  });
  assert.deepEqual(shown, ['save', 'caught no, loud']);
});

test('a component that is gone hears nothing of its mutation; the options do', async () => {
  const heard = await inPage(async () => {
    const { h, QueryClient, useMutation, mount, server, settle } = lab;
    const { ask, calls } = server();
    const told = [];
    let save;
    const Save = () => {
      save = useMutation({ mutationFn: ask, onSuccess: () => told.push('options') }).mutate;
      return 'save';
    };
    const { unmount } = mount(new QueryClient(), h(Save));
    save('v', { onSuccess: () => told.push('call') });
    await settle();
    unmount();
    calls[0].resolve('data');
    await settle();
    return told;
  });
  assert.deepEqual(heard, ['options']);
});

test('useMutationState shows what is pending anywhere, and renders only when that changes', async () => {
  const shown = await inPage(async () => {
    const { h, QueryClient, useMutationState, mount, server, settle } = lab;
    const client = new QueryClient();
    const { ask, calls } = server();
    let renders = 0;
    const Pending = () => {
      renders += 1;
      const filters = { mutationKey: ['save'], status: 'pending' };
      return useMutationState({ filters, select: ({ state }) => state.variables }).join();
    };
    const { box, unmount } = mount(client, h(Pending));
    client.mutate({ mutationKey: ['save'], mutationFn: ask, variables: 'A' });
    client.mutate({ mutationKey: ['save'], mutationFn: ask, variables: 'B' });
    await settle();
    const texts = [box.textContent];
    const before = renders;
    client.mutate({ mutationKey: ['other'], mutationFn: ask, variables: 'C' });
    await settle();
    const same = renders - before;
    calls[0].resolve('data');
    await settle();
    texts.push(box.textContent);
    unmount();
    return [texts, same];
  });
  assert.deepEqual(shown, [['A,B', 'B'], 0]);
});

test('useMutationState takes a select that makes something new each time', async () => {
  const shown = await inPage(async () => {
    const { h, QueryClient, useMutationState, mount, server, settle } = lab;
    const client = new QueryClient();
    const Since = () => {
      const dates = useMutationState({ select: ({ state }) => new Date(state.submittedAt) });
      return dates.map((date) => typeof date.getTime()).join();
    };
    const { box, unmount } = mount(client, h(Since));
    client.mutate({ mutationFn: server().ask });
    await settle();
    const { textContent } = box;
    unmount();
    return textContent;
  });
  assert.equal(shown, 'number');
});

test('useIsFetching counts', async () => {
  const shown = await inPage(async () => {
    const { h, QueryClient, useIsFetching, mount, server, settle } = lab;
    const client = new QueryClient();
    const { ask, calls } = server();
    const Count = () => String(useIsFetching());
    const { box, unmount } = mount(client, h(Count));
    client.prefetchQuery({ queryKey: ['name'], queryFn: ask });
    await settle();
    const during = box.textContent;
    calls[0].resolve('Ada');
    await settle();
    const after = box.textContent;
    unmount();
    return [during, after];
  });
  assert.deepEqual(shown, ['1', '0']);
});

test('a page that loads is not taken for one that comes back', async () => {
  const fetches = await inPage(async () => {
    const { QueryClient, QueryObserver, settle } = lab;
    const client = new QueryClient();
    client.mount();
    let calls = 0;
    const queryFn = () => {
      calls += 1;
      return calls;
    };
    const stop = new QueryObserver(client, { queryKey: ['name'], queryFn }).subscribe(() => {});
    await settle();
    const counts = [];
    for (const persisted of [false, true]) {
      window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted }));
      await settle();
      counts.push(calls);
    }
    stop();
    client.unmount();
    return counts;
  });
  assert.deepEqual(fetches, [1, 2]);
});

test('React and the page complain of nothing but the error that a boundary caught', () => {
  const others = chromium.errors.filter((text) => !/Error: no\b/.test(text));
  assert.deepEqual(others, []);
});

test('useStreamStatus follows a query that others fetch, and fetches nothing', async () => {
  const shown = await inPage(async () => {
    const { h, QueryClient, useStreamStatus, mount, settle } = lab;
    const client = new QueryClient();
    const Light = () => useStreamStatus({ queryKey: ['name'] });
    client.setQueryData(['name'], 'Ada');
    const { box, unmount } = mount(client, h(Light));
    const before = box.textContent;
    const channel = client.connect({
      url: 'ws://127.0.0.1:9',
      WebSocket: class {
        constructor() {
          setTimeout(() => this.onopen());
        }
        close() {}
      },
    });
    await settle();
    const open = [box.textContent, client.getQueryState(['name']).isInvalidated];
    client.setQueryData(['name'], 'Grace');
    await settle();
    const after = box.textContent;
    channel.close();
    unmount();
    return [before, open, after, client.getStats().fetches];
  });
  assert.deepEqual(shown, ['stopped', ['catching-up', true], 'live', 0]);
});
