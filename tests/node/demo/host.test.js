import assert from 'node:assert/strict';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { after, before, describe, it } from 'node:test';
import { startDemo } from '../../../demo/server/server.js';

describe('the demo’s address', () => {
  let demo;
  before(async () => {
    demo = await startDemo({ port: 0, page: tmpdir() });
  });
  after(() => demo.close());

  /** The status of an answer to one that says another Host than it asked. */
  const statusFor = (host, path = '/api/session') =>
    new Promise((resolve, reject) => {
      const { port } = demo;
      const headers = { host: host.replace('PORT', port), 'content-type': 'application/json' };
      request({ host: '127.0.0.1', port, path, method: 'POST', headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end('{"role":"operator"}');
    });

  for (const host of ['127.0.0.1:PORT', 'localhost:PORT', '[::1]:PORT']) {
    it(`answers ${host}`, async () => assert.equal(await statusFor(host), 200));
  }

  for (const host of ['evil.example:PORT', 'localhost', 'localhost.evil.example:PORT']) {
    it(`refuses the host ${host} with 421`, async () => {
      assert.equal(await statusFor(host), 421);
    });
  }

  it('refuses another host the stream as well, whose origin is none of its own', async () => {
    assert.equal(await statusFor('evil.example:PORT', '/tidemark/events'), 403);
  });
});
