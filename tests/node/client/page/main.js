/** What the tests in a real page work with; they find it as `lab`. */
import * as React from 'react';
import { flushSync } from 'react-dom';
import { createRoot } from 'react-dom/client';
import * as tidemark from '../../../../js-glue/index.js';
import * as hooks from '../../../../js-glue/react/index.js';

/** Waits until `read` gives something true, or says what it gave last after 5 s. */
async function until(read) {
  const deadline = performance.now() + 5000;
  while (!read()) {
    if (performance.now() > deadline)
      throw new Error(`never true: ${read} in ${document.body.innerHTML}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Shows components with a client; returns the element they are in, and how to end it. */
function mount(client, element) {
  const box = document.body.appendChild(document.createElement('div'));
  const root = createRoot(box);
  const tree = React.createElement(hooks.QueryClientProvider, { client }, element);
  flushSync(() => root.render(tree));
  return {
    box,
    show: (next) =>
      flushSync(() =>
        root.render(React.createElement(hooks.QueryClientProvider, { client }, next)),
      ),
    unmount: () => flushSync(() => root.unmount()),
  };
}

/** A query or mutation function whose calls the test answers by hand. */
function server() {
  const calls = [];
  const ask = (...args) => new Promise((resolve, reject) => calls.push({ args, resolve, reject }));
  return { ask, calls };
}

/** Until React and the cache have done what they had to do. */
const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

globalThis.lab = {
  ...tidemark,
  ...hooks,
  React,
  h: React.createElement,
  mount,
  server,
  settle,
  until,
};
