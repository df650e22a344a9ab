/**
 * Runs one user's actions and remembers how each is going. It lives as long as the user's
 * session, not as long as a component: who looks at another tab in the meantime finds the
 * button still busy, or the sentence that says why nothing came of it.
 *
 * @typedef {{ pending: boolean, error: string | null }} Progress
 */
import { ACTIONS } from './actions.js';
import { sentenceFor } from './errors.js';
import { createStore } from './store.js';

/** @type {Progress} */
const IDLE = { pending: false, error: null };

/**
 * @param {import('tidemark').QueryClient} client
 * @param {Awaited<ReturnType<typeof import('./api.js').openApi>>} api
 */
export function createActionRunner(client, api) {
  const progress = createStore(/** @type {Record<string, Progress>} */ ({}));
  const user = api.session().user;

  /** @param {string} slot @param {Progress} state */
  const put = (slot, state) => progress.set({ ...progress.get(), [slot]: state });

  /** @param {string} name @param {number} id */
  const slotOf = (name, id) => `${name}:${id}`;

  return {
    subscribe: progress.subscribe,
    snapshot: progress.get,

    /** @param {string} name @param {number} id @returns {Progress} */
    progressOf: (name, id) => progress.get()[slotOf(name, id)] ?? IDLE,

    /** @param {string} name @param {number} id */
    dismiss: (name, id) => put(slotOf(name, id), IDLE),

    /**
     * Does nothing while the same action on the same row is on its way.
     *
     * @param {string} name
     * @param {import('./actions.js').Target} target
     */
    async run(name, target) {
      const slot = slotOf(name, target.id);
      if (progress.get()[slot]?.pending) return;
      const action = ACTIONS[name];
      put(slot, { pending: true, error: null });
      try {
        await client.mutate({
          mutationFn: (
            /** @type {import('./actions.js').Target} */ variables,
            /** @type {{ mutationId: string }} */ { mutationId },
          ) => api.act(action.path(variables), mutationId),
          variables: target,
          optimistic: action.optimistic(user),
          networkMode: 'always', // offline, a click should fail now rather than act hours later
        });
        put(slot, IDLE);
      } catch (error) {
        put(slot, { pending: false, error: sentenceFor(error) });
      }
    },
  };
}
