/** What each state is called, the tone it is shown in, and a shape: colour is never all there is. */
const STATES = {
  appointment: {
    pending: ['Pending', 'waiting', 'ring'],
    confirmed: ['Confirmed', 'agreed', 'check'],
    in_progress: ['In progress', 'active', 'play'],
    done: ['Done', 'over', 'dot'],
    cancelled: ['Cancelled', 'stopped', 'cross'],
  },
  payment: {
    due: ['Unpaid', 'waiting', 'ring'],
    received: ['Received', 'agreed', 'inbound'],
    verified: ['Verified', 'active', 'check'],
  },
  journey: {
    planned: ['Pickup planned', 'waiting', 'ring'],
    picked_up: ['Picked up', 'agreed', 'check'],
    under_way: ['On the way', 'active', 'play'],
    arrived: ['Arrived', 'over', 'dot'],
  },
};

const SHAPES = {
  ring: <circle cx="5" cy="5" r="3.5" />,
  check: <path d="M1.5 5.2 4 7.5 8.5 2.5" />,
  play: <path d="M2.5 1.5v7l6-3.5z" stroke="none" fill="currentColor" />,
  dot: <circle cx="5" cy="5" r="3" stroke="none" fill="currentColor" />,
  cross: <path d="M2 2l6 6M8 2l-6 6" />,
  inbound: <path d="M5 1v6M2 4.5 5 7.5 8 4.5M1.5 9.4h7" />,
};

/**
 * @param {{ kind: 'appointment' | 'payment' | 'journey', state: string }} props
 */
export function Badge({ kind, state }) {
  /** @type {Record<string, string[]>} */
  const states = STATES[kind];
  const [label, tone, shape] = states[state] ?? [state, 'over', 'dot'];
  return (
    <span className="badge" data-tone={tone}>
      <svg viewBox="0 0 10 10" aria-hidden="true">
        {SHAPES[/** @type {keyof typeof SHAPES} */ (shape)]}
      </svg>
      {label}
    </span>
  );
}
