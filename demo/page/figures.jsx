import { useEffect, useState } from 'react';
import { useOpenDesks } from './desks.js';

/** The command finds the demo by its port; the usual one need not be said. */
const PORT = location.port === '5173' ? '' : `PORT=${location.port} `;

/** What this page costs, next to what it would cost to ask for everything each second. */
export function Figures() {
  const desks = useOpenDesks();
  useEverySecond();
  const reads = sum(desks.map((desk) => desk.api.reads()));
  const polls = sum(desks.map((desk) => desk.meter.requests()));
  const stats = desks.map((desk) => desk.client.getStats());
  const hits = sum(stats.map((s) => s.hits));
  const asked = hits + sum(stats.map((s) => s.misses));
  return (
    <section className="card figures" aria-labelledby="figures-heading">
      <h2 id="figures-heading">What it costs</h2>
      <dl>
        <Figure
          name="Requests made"
          value={reads}
          about="Lists that this page has read from the server, in all dashboards opened so far."
        />
        <Figure
          name="If it polled"
          value={polls}
          about="Requests of a page that reads each list on screen once a second: one when the list is put on screen and one after each full second in a visible tab. Nothing is counted for hidden tabs."
        />
        <Figure
          name="Hit rate"
          value={asked === 0 ? '–' : `${Math.round((100 * hits) / asked)} %`}
          about="How often a list that was put on screen was in the cache already, and still true."
        />
        <Figure
          name="Changes heard"
          value={sum(stats.map((s) => s.changes))}
          about="Changes in the database that the stream has told this page of."
        />
      </dl>
      <p className="aside">
        Or change the data behind its back, from a terminal:
        <code>
          {PORT}./build.sh sql "update appointments set status = 'confirmed' where id = 8"
        </code>
      </p>
    </section>
  );
}

/** @param {{ name: string, value: string | number, about: string }} props */
function Figure({ name, value, about }) {
  return (
    <div title={about}>
      <dt>
        {name}
        <span className="sr-only">. {about}</span>
      </dt>
      <dd>{value}</dd>
    </div>
  );
}

/** @param {number[]} numbers */
const sum = (numbers) => numbers.reduce((total, n) => total + n, 0);

function useEverySecond() {
  const [, setTick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setTick((n) => n + 1), 1000);
    return () => clearInterval(timer);
  }, []);
}
