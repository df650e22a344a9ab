import { useSyncExternalStore } from 'react';
import { onlineManager } from 'tidemark';
import { useChannelStatus } from 'tidemark/react';

/** @type {Record<string, [label: string, tone: string, explanation: string]>} */
const STATUS = {
  live: ['Live', 'active', 'Changes arrive as they happen.'],
  'catching-up': ['Catching up', 'waiting', 'Connected again; asking for what was missed.'],
  gap: ['Catching up', 'waiting', 'Something was missed; asking for it.'],
  offline: ['Reconnecting', 'stopped', 'No connection. What you see may be out of date.'],
  stopped: ['Stopped', 'stopped', 'The connection was refused. Reload the page to try again.'],
};

const subscribe = (/** @type {() => void} */ changed) => onlineManager.subscribe(changed);

export function ChannelStatus() {
  const status = useChannelStatus();
  const online = useSyncExternalStore(subscribe, () => onlineManager.isOnline());
  const [label, tone, explanation] = STATUS[status];
  return (
    <output className="channel" data-tone={tone} data-status={status} title={explanation}>
      {status === 'offline' && !online ? 'Offline' : label}
    </output>
  );
}
