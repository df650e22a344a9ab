import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { ACTIONS } from '../actions.js';
import { ActionButton } from './action-button.jsx';
import { Notice } from './notice.jsx';

/**
 * @typedef {{ version: number, changedBy: number | null }} Stamped
 * @typedef {{ name: string, target: import('../actions.js').Target, offered: boolean, quiet?: boolean }} Offer
 *   an action and whether the row's state allows it
 */

/**
 * One line of a dashboard: a time, what it is about, and what can be done.
 *
 * @param {{
 *   desk: import('../desk.js').Desk,
 *   time: string, title: string, details: import('react').ReactNode,
 *   badges: import('react').ReactNode, dimmed?: boolean, hint?: string,
 *   records: (Stamped | undefined)[], offers: Offer[],
 * }} props records: the database rows shown, to tell when somebody else changed one
 */
export function Row({ desk, time, title, details, badges, dimmed, hint, records, offers }) {
  const titleId = `${desk.role}-${offers[0].name}-${offers[0].target.id}`;
  const foreign = useForeignChanges(records, desk.user.id);
  const actions = useProgress(desk, offers);
  const pending = actions.filter((action) => action.pending);
  // While one action is on its way the next ones wait: it may yet turn out to be refused.
  const shown = pending.length > 0 ? pending : actions.filter((action) => action.offered);

  return (
    <li className="row" tabIndex={-1} data-dimmed={dimmed} aria-labelledby={titleId}>
      {foreign > 0 && <span key={foreign} className="flash" aria-hidden="true" />}
      <time>{time}</time>
      <div className="subject">
        <h3 id={titleId}>{title}</h3>
        <p>{details}</p>
      </div>
      <div className="badges">{badges}</div>
      <div className="actions">
        {shown.map(({ name, target, quiet, pending }) => (
          <ActionButton
            key={name}
            label={ACTIONS[name].label}
            busyLabel={ACTIONS[name].busy}
            busy={pending}
            quiet={quiet}
            describedBy={titleId}
            onPress={() => desk.actions.run(name, target)}
          />
        ))}
        {hint && pending.length === 0 && <span className="hint">{hint}</span>}
      </div>
      {actions.map(
        ({ name, target, error }) =>
          error && (
            <Notice key={name} onDismiss={() => desk.actions.dismiss(name, target.id)}>
              {error}
            </Notice>
          ),
      )}
    </li>
  );
}

/**
 * @param {import('../desk.js').Desk} desk
 * @param {Offer[]} offers
 */
function useProgress(desk, offers) {
  useSyncExternalStore(desk.actions.subscribe, desk.actions.snapshot);
  return offers.map((offer) => ({
    ...offer,
    ...desk.actions.progressOf(offer.name, offer.target.id),
  }));
}

/**
 * Counts the changes that came from somebody else. An optimistic change keeps the version and
 * names this user, so neither it nor its rollback counts.
 *
 * @param {(Stamped | undefined)[]} records
 * @param {number} me
 */
function useForeignChanges(records, me) {
  const [count, setCount] = useState(0);
  const seen = useRef(/** @type {(number | undefined)[] | null} */ (null));
  useEffect(() => {
    const before = seen.current;
    const foreign = (/** @type {Stamped | undefined} */ record, /** @type {number} */ i) =>
      record &&
      before?.[i] !== undefined &&
      record.version !== before[i] &&
      record.changedBy !== me;
    if (records.some(foreign)) setCount((n) => n + 1);
    seen.current = records.map((record) => record?.version);
  });
  return count;
}
