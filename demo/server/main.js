/** Starts the demo from the command line; PORT, HOST and DATABASE_URL say where. */
import { startDemo } from './server.js';

/** Exits with one line that says what is wrong. @param {any} error */
function fail(error) {
  const { PORT = '5173' } = process.env;
  const inUse = error.code === 'EADDRINUSE';
  console.error(inUse ? `Port ${PORT} is in use. Set PORT to a free one.` : error.message);
  process.exit(1);
}

function portFromEnvironment() {
  const port = Number(process.env.PORT ?? 5173);
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new Error(`PORT must be a whole number from 0 to 65535, not ${process.env.PORT}.`);
  }
  return port;
}

try {
  const demo = await startDemo({
    port: portFromEnvironment(),
    host: process.env.HOST || undefined,
    databaseUrl: process.env.DATABASE_URL || undefined,
  });
  console.log(`tidemark demo ready: ${demo.url}`);

  const stop = () => demo.close().then(() => process.exit(0), fail);
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
} catch (error) {
  fail(error);
}
