import { QueryClient, QueryObserver } from 'tidemark';
import { WebSocket } from 'ws';

/** What a row in the soak's table touches. */
const rules = [{ on: 'items', invalidate: [['board', '$board:number']] }];

/**
 * A client of the package that looks at some boards: its own core, its own socket.
 *
 * @param {object} options
 * @param {string} options.url
 * @param {() => string} options.ticket
 * @param {number[]} options.boards
 * @param {(board: number) => Promise<{ value: unknown, asOf: string | null }>} options.read
 */
export function openDashboard({ url, ticket, boards, read }) {
  let reads = 0;
  const client = new QueryClient({
    rules,
    defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY, retryDelay: 50 } },
  });
  client.mount();
  const channel = client.connect({
    url,
    ticket,
    scopes: boards.map((board) => `board:${board}`),
    backoff: { base: 20, cap: 200 },
    WebSocket,
  });
  const observers = boards.map(
    (board) =>
      new QueryObserver(client, {
        queryKey: ['board', board],
        queryFn: async ({ asOf }) => {
          reads += 1;
          const { value, asOf: position } = await read(board);
          if (position !== null) asOf(position);
          return value;
        },
      }),
  );
  const stops = observers.map((observer) => observer.subscribe(() => {}));
  return {
    boards,
    reads: () => reads,
    /** @returns {unknown[]} what is shown, board by board */
    shown: () => observers.map((observer) => observer.getCurrentResult().data),
    isLive: () => channel.status === 'live',
    stats: () => client.getStats(),
    close() {
      for (const stop of stops) stop();
      channel.close();
      client.clear();
      client.unmount();
    },
  };
}
