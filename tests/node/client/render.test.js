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

/** Runs a function in the page, which finds the package as `lab`. */
const inPage = (run) => chromium.page.evaluate(run);

test('text is shown as text, never as markup, now and when it changes', async () => {
  const shown = await inPage(async () => {
    const { QueryClient, QueryObserver, render, settle } = lab;
    const client = new QueryClient();
    client.setQueryData(['name'], 'Ada');
    const element = document.createElement('p');
    const observer = new QueryObserver(client, { queryKey: ['name'], enabled: false });
    render(observer, element, ({ data }) => data);
    const before = element.textContent;
    client.setQueryData(['name'], '<b>Ada</b>');
    await settle();
    return [before, element.textContent, element.children.length];
  });
  assert.deepEqual(shown, ['Ada', '<b>Ada</b>', 0]);
});

test('a node takes the place of what was there', async () => {
  const shown = await inPage(async () => {
    const { QueryClient, QueryObserver, render, settle } = lab;
    const client = new QueryClient();
    client.setQueryData(['names'], ['Ada']);
    const element = document.createElement('div');
    const observer = new QueryObserver(client, { queryKey: ['names'], enabled: false });
    render(observer, element, ({ data }) => {
      const list = document.createElement('ul');
      list.append(
        ...data.map((name) => Object.assign(document.createElement('li'), { textContent: name })),
      );
      return list;
    });
    client.setQueryData(['names'], ['Ada', 'Grace']);
    await settle();
    return element.innerHTML;
  });
  assert.equal(shown, '<ul><li>Ada</li><li>Grace</li></ul>');
});

test('a view that returns nothing has changed the element itself', async () => {
  const shown = await inPage(() => {
    const { QueryClient, QueryObserver, render } = lab;
    const element = document.createElement('button');
    const observer = new QueryObserver(new QueryClient(), { queryKey: ['k'], enabled: false });
    render(observer, element, ({ isPending }, button) => {
      button.disabled = isPending;
    });
    return element.disabled;
  });
  assert.equal(shown, true);
});

test('any number of changes in a turn are one render, and what the view does not read is none', async () => {
  const renders = await inPage(async () => {
    const { QueryClient, QueryObserver, render, settle } = lab;
    const client = new QueryClient();
    let count = 0;
    const observer = new QueryObserver(client, {
      queryKey: ['n'],
      queryFn: () => 100,
      staleTime: Infinity,
    });
    client.setQueryData(['n'], 0);
    render(observer, document.createElement('p'), ({ data }) => {
      count += 1;
      return String(data);
    });
    for (let n = 1; n <= 100; n += 1) client.setQueryData(['n'], n);
    await settle();
    const changed = count;
    await client.invalidateQueries();
    await settle();
    return [changed, count];
  });
  assert.deepEqual(renders, [2, 2]);
});

test('once stopped it shows nothing more, and nobody looks', async () => {
  const shown = await inPage(async () => {
    const { QueryClient, QueryObserver, render, settle } = lab;
    const client = new QueryClient();
    client.setQueryData(['name'], 'Ada');
    const element = document.createElement('p');
    const observer = new QueryObserver(client, { queryKey: ['name'], enabled: false });
    const stop = render(observer, element, ({ data }) => data);
    client.setQueryData(['name'], 'Grace');
    stop();
    stop();
    await settle();
    return [element.textContent, observer.hasListeners()];
  });
  assert.deepEqual(shown, ['Ada', false]);
});

test('a view that throws at first throws, and later is reported and tried again', async () => {
  const { thrown, text } = await inPage(async () => {
    const { QueryClient, QueryObserver, render, settle } = lab;
    const client = new QueryClient();
    const element = document.createElement('p');
    const observer = new QueryObserver(client, { queryKey: ['name'], enabled: false });
    const view = ({ data }) => {
      if (data === 'bad') throw new Error('no view of this');
      return data;
    };
    client.setQueryData(['name'], 'bad');
    let thrown = '';
    try {
      render(observer, element, view);
    } catch (error) {
      thrown = error.message;
    }
    client.setQueryData(['name'], 'good');
    render(observer, element, view);
    client.setQueryData(['name'], 'bad');
    await settle();
    client.setQueryData(['name'], 'fine');
    await settle();
    return { thrown, text: element.textContent };
  });
  assert.deepEqual([thrown, text], ['no view of this', 'fine']);
  assert.match(chromium.errors.join(), /no view of this/);
});

test('a mutation can be rendered, too', async () => {
  const shown = await inPage(async () => {
    const { QueryClient, MutationObserver, render, settle } = lab;
    const element = document.createElement('p');
    const observer = new MutationObserver(new QueryClient(), { mutationFn: async () => 'done' });
    render(observer, element, ({ status }) => status);
    const before = element.textContent;
    observer.mutate();
    await settle();
    return [before, element.textContent];
  });
  assert.deepEqual(shown, ['idle', 'success']);
});

test('wrong arguments are TypeErrors that say what is needed', async () => {
  const messages = await inPage(() => {
    const { QueryClient, QueryObserver, render } = lab;
    const element = document.createElement('p');
    const observer = new QueryObserver(new QueryClient(), { queryKey: ['k'], enabled: false });
    const tries = [
      () => render({}, element, () => ''),
      () => render(observer, '#id', () => ''),
      () => render(observer, element),
      () => render(observer, element, () => 5),
    ];
    return tries.map((attempt) => {
      try {
        attempt();
        return 'nothing';
      } catch (error) {
        return `${error.name}: ${error.message}`;
      }
    });
  });
  assert.match(
    messages[0],
    /^TypeError: observer must be a QueryObserver or MutationObserver; got an object/,
  );
  assert.match(messages[1], /^TypeError: element must be a DOM element; got "#id"/);
  assert.match(messages[2], /^TypeError: view must be a function; got undefined/);
  assert.match(
    messages[3],
    /^TypeError: what view returns must be a string, a node or undefined; got 5/,
  );
});
