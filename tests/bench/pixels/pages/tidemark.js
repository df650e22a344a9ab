/** The list on tidemark: the demo's own client, stream and rules. */
import { QueryObserver } from 'tidemark';
import { openDesk } from '../../../../demo/page/desk.js';
import { keys } from '../../../../demo/page/keys.js';
import { showList } from './list.js';

const { client, channel, user, api } = await openDesk('operator');
const observer = new QueryObserver(client, {
  queryKey: keys.appointments(user),
  queryFn: (/** @type {any} */ context) => api.read('/appointments', context),
});
showList(observer, () => channel.status === 'live');
