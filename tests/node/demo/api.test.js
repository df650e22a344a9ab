import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { createSessions } from '../../../demo/server/session.js';
import { openClinic } from './clinic.js';

describe('the API of the clinic', () => {
  let clinic;
  let therapist;
  let operator;
  let driver;

  before(async () => {
    clinic = await openClinic();
    therapist = await clinic.as('therapist');
    operator = await clinic.as('operator');
    driver = await clinic.as('driver');
  });
  beforeEach(() => clinic.startTheDay());
  after(() => clinic.close());

  it('signs in one person for each role', async () => {
    const { user } = await clinic.signIn('operator');
    assert.deepEqual(user, { id: 3, name: 'Marisol Vega', role: 'operator', clinicId: 1 });
  });

  it('refuses to sign in as a role that does not exist', async () => {
    const answer = await clinic.app.inject({
      method: 'POST',
      url: '/api/session',
      payload: { role: 'owner' },
    });
    assert.equal(answer.statusCode, 400);
  });

  it('refuses to sign in as a role that has no account, such as a patient', async () => {
    const answer = await clinic.app.inject({
      method: 'POST',
      url: '/api/session',
      payload: { role: 'patient' },
    });
    assert.equal(answer.statusCode, 400);
  });

  for (const [method, url] of [
    ['GET', '/api/appointments'],
    ['POST', '/api/appointments/5/accept'],
    ['POST', '/api/ticket'],
    ['POST', '/api/demo/reset'],
    ['POST', '/api/demo/cut'],
  ]) {
    it(`answers ${method} ${url} with 401 without a token`, async () => {
      const answer = await clinic.app.inject({
        method,
        url,
        payload: method === 'POST' ? {} : undefined,
      });
      assert.equal(answer.statusCode, 401);
    });
  }

  it('answers 401 to a token with a forged signature', async () => {
    const { token } = await clinic.signIn('driver');
    const [header, , signature] = token.split('.');
    const forged = Buffer.from('{"sub":"3","role":"operator","clinic":1}').toString('base64url');
    const answer = await clinic.app.inject({
      url: '/api/payments',
      headers: { authorization: `Bearer ${header}.${forged}.${signature}` },
    });
    assert.equal(answer.statusCode, 401);
  });

  it('answers 401 to an unsigned token', async () => {
    const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const token = `${part({ alg: 'none' })}.${part({ sub: '3', role: 'operator', clinic: 1 })}.`;
    const answer = await clinic.app.inject({
      url: '/api/payments',
      headers: { authorization: `Bearer ${token}` },
    });
    assert.equal(answer.statusCode, 401);
  });

  it('shows the operator every appointment', async () => {
    const answer = await operator.get('/appointments');
    assert.deepEqual(
      answer.json().map((row) => row.id),
      [1, 2, 3, 4, 5, 6, 7, 8],
    );
  });

  it('shows a therapist her own appointments and nobody else’s', async () => {
    const answer = await therapist.get('/appointments');
    assert.deepEqual(
      answer.json().map((row) => row.id),
      [1, 2, 3, 5, 6, 8],
    );
  });

  it('does not show payments to a driver', async () => {
    assert.equal((await driver.get('/payments')).statusCode, 403);
  });

  it('does not show treatments to a driver', async () => {
    assert.equal((await driver.get('/appointments')).statusCode, 403);
  });

  it('shows neither names nor treatments on the waiting-room board', async () => {
    const display = await clinic.as('display');
    const answer = await display.get('/board');
    assert.deepEqual(answer.json()[0], {
      id: 2,
      startsAt: '09:45',
      room: 'Room 2',
      status: 'in_progress',
      initials: 'W. P.',
    });
  });

  it('says with each read how far the stream had come before it', async () => {
    const before = clinic.hub.asOf();
    const answer = await operator.get('/appointments');
    assert.equal(answer.headers['tidemark-as-of'], before);
  });

  it('moves that mark on with a committed change', async () => {
    const before = clinic.hub.position().seq;
    await therapist.post('/appointments/5/accept');
    assert.equal(clinic.hub.position().seq, before + 1);
  });

  for (const id of ['0', '-1', 'x', '1.5', '99999999999']) {
    it(`answers 400 to the id ${id}`, async () => {
      assert.equal((await operator.post(`/payments/${id}/verify`)).statusCode, 400);
    });
  }

  it('answers 404 with a sentence to the id of nothing', async () => {
    const answer = await operator.post('/payments/4711/verify');
    assert.deepEqual(
      [answer.statusCode, answer.json()],
      [404, { message: 'There is no payment 4711.' }],
    );
  });

  it('treats SQL in an id as a bad id', async () => {
    const answer = await operator.post(`/payments/${encodeURIComponent('3; drop table x')}/verify`);
    assert.equal(answer.statusCode, 400);
  });

  it('answers 400 to a mutation id that is no id', async () => {
    const headers = { 'tidemark-mutation': 'a b' };
    assert.equal((await operator.post('/payments/3/verify', { headers })).statusCode, 400);
  });

  it('refuses an action on request, and nothing of it remains', async () => {
    const headers = { 'demo-refuse': '1' };
    const answer = await therapist.post('/appointments/5/accept', { headers });
    assert.equal(answer.statusCode, 409);
    assert.equal(await clinic.statusOf('appointments', 5), 'pending');
  });

  it('tells nobody of a refused action', async () => {
    const before = clinic.hub.position().seq;
    await therapist.post('/appointments/5/accept', { headers: { 'demo-refuse': '1' } });
    assert.equal(clinic.hub.position().seq, before);
  });

  it('answers 400 to a delay longer than ten seconds', async () => {
    const headers = { 'demo-delay': '10001' };
    assert.equal((await operator.get('/payments', { headers })).statusCode, 400);
  });

  it('starts the day again: every row is back', async () => {
    const before = (await operator.get('/appointments')).body;
    await therapist.post('/appointments/5/accept');
    await operator.post('/demo/reset');
    assert.equal((await operator.get('/appointments')).body, before);
  });

  it('still takes new rows after the day started again', async () => {
    const { rows } = await clinic.database.query(
      `insert into clinic.appointments (clinic_id, patient_id, therapist_id, starts_at, treatment, room)
       values (1, 6, 1, '17:00', 'Follow-up', 'Room 2') returning id`,
    );
    assert.ok(rows[0].id > 8);
  });

  it('lets no socket in while sockets are cut', async () => {
    await operator.post('/demo/cut', { payload: { seconds: 60 } });
    assert.equal(clinic.hub.accepting, false);
    await operator.post('/demo/cut', { payload: { seconds: 0 } });
  });

  for (const seconds of [-1, 61, 'long']) {
    it(`answers 400 to a cut of ${seconds} seconds`, async () => {
      const answer = await operator.post('/demo/cut', { payload: { seconds } });
      assert.equal(answer.statusCode, 400);
    });
  }

  it('hides what went wrong inside the server, and answers 500', async () => {
    await clinic.database.query('alter table clinic.payments rename to mislaid');
    const answer = await operator.get('/payments');
    await clinic.database.query('alter table clinic.mislaid rename to payments');
    assert.deepEqual(
      [answer.statusCode, answer.json()],
      [500, { message: 'The server had a problem of its own. Nothing was changed.' }],
    );
  });

  it('answers 401 with a sentence to a token that has run out', async () => {
    const { token } = await createSessions(clinic.database, { lifetime: -1 }).signIn('operator');
    const sessions = createSessions(clinic.database);
    await assert.rejects(sessions.userOf(`Bearer ${token}`), {
      statusCode: 401,
      message: 'Your sign-in has run out. Please sign in again.',
    });
  });
});
