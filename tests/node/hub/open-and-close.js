// Run by close.test.js: uses every part that holds a handle, closes, and must then end by itself.
import { createHub } from '../../../js-glue/hub/index.js';
import { connect, ORIGIN } from './client.js';
import { listen } from './start-hub.js';

const hub = createHub({ authorize: () => true, origins: [ORIGIN] });
const { server, url } = await listen();
hub.attach(server);
const client = await connect(url);
client.send({ type: 'auth', v: 1, ticket: hub.issueTicket('ann') });
await client.next();
await client.subscribe(['a']);
hub.issueTicket('bob');
hub.publish({ resource: 'task', scope: 'a' });
await client.next();
await connect(url);
await hub.close();
server.close();
console.log('closed');
