import { QueryClientProvider } from 'tidemark/react';
import { DriverDashboard } from './dashboards/driver.jsx';
import { OperatorDashboard } from './dashboards/operator.jsx';
import { TherapistDashboard } from './dashboards/therapist.jsx';
import { useDesk } from './desks.js';
import { ChannelStatus } from './parts/channel-status.jsx';
import { Notice } from './parts/notice.jsx';
import { Skeleton } from './parts/skeleton.jsx';
import { VIEWS } from './view.js';

/** @type {Record<string, (props: { desk: import('./desk.js').Desk }) => import('react').ReactNode>} */
const DASHBOARDS = {
  therapist: TherapistDashboard,
  operator: OperatorDashboard,
  driver: DriverDashboard,
};

/**
 * One role's dashboard, signed in by itself.
 *
 * @param {{ role: string }} props
 */
export function Dashboard({ role }) {
  const { desk, error, retry } = useDesk(role);
  const Content = DASHBOARDS[role];
  const view = VIEWS.find(({ id }) => id === role);
  return (
    <section className="dashboard" aria-labelledby={`${role}-heading`} data-role={role}>
      <header>
        <span className="avatar" aria-hidden="true">
          {desk ? initials(desk.user.name) : ''}
        </span>
        <div className="person">
          <h2 id={`${role}-heading`}>{view?.label}</h2>
          <p>{desk ? desk.user.name : 'Signing in…'}</p>
        </div>
        {desk && (
          <QueryClientProvider client={desk.client}>
            <ChannelStatus />
          </QueryClientProvider>
        )}
        <a className="own-tab" href={view?.address} target="_blank" rel="noreferrer">
          New tab<span className="sr-only"> with the {view?.label.toLowerCase()}’s dashboard</span>
          <svg viewBox="0 0 10 10" aria-hidden="true">
            <path d="M3 7 8 2M4 2h4v4" />
          </svg>
        </a>
      </header>
      {error && (
        <div className="failed">
          <Notice>{error}</Notice>
          <button type="button" className="action" onClick={retry}>
            Sign in again
          </button>
        </div>
      )}
      {!desk && !error && <Skeleton rows={6} />}
      {desk && (
        <QueryClientProvider client={desk.client}>
          <Content desk={desk} />
        </QueryClientProvider>
      )}
    </section>
  );
}

/** @param {string} name */
const initials = (name) =>
  name
    .replace(/^Dr /, '')
    .split(' ')
    .map((word) => word[0])
    .join('');
