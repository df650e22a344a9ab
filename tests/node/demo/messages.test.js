import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { mayHear } from '../../../demo/server/session.js';
import { openClinic } from './clinic.js';

describe('the clinic’s triggers and tables', () => {
  let clinic;
  let operator;
  let source;
  const heard = [];

  before(async () => {
    clinic = await openClinic();
    operator = await clinic.as('operator');
    source = clinic.database.source();
    await source.start({ change: (text) => heard.push(text), lost() {}, restored() {} });
  });
  beforeEach(async () => {
    await clinic.startTheDay();
    heard.length = 0;
  });
  after(async () => {
    await source.close();
    await clinic.close();
  });

  /** Runs SQL and gives the messages it caused. */
  const messagesOf = async (sql) => {
    await clinic.database.script(sql);
    return heard.map((text) => {
      const { notify_id: _, ...message } = JSON.parse(text);
      return message;
    });
  };

  it('the triggers name the resource, its id, the action, the scope and the fields that rules need', async () => {
    const messages = await messagesOf(`update appointments set status = 'confirmed' where id = 5`);
    assert.deepEqual(messages, [
      {
        resource: 'appointment',
        id: '5',
        action: 'UPDATE',
        scope: 'clinic:1:appointments',
        clinic_id: '1',
        therapist_id: '1',
      },
    ]);
  });

  it('the triggers tell the old and the new therapist when an appointment moves', async () => {
    const [message] = await messagesOf('update appointments set therapist_id = 2 where id = 8');
    assert.deepEqual(message.changes.map((change) => change.therapist_id).sort(), ['1', '2']);
  });

  it('the triggers tell the old and the new clinic when an appointment moves', async () => {
    await clinic.database.script('delete from payments where id = 4');
    heard.length = 0;
    const messages = await messagesOf('update appointments set clinic_id = 2 where id = 4');
    assert.deepEqual(messages.map((m) => m.scope).sort(), [
      'clinic:1:appointments',
      'clinic:2:appointments',
    ]);
  });

  it('the triggers tell of an insert', async () => {
    const [message] = await messagesOf(
      `insert into appointments (clinic_id, patient_id, therapist_id, starts_at, treatment, room)
       values (1, 6, 1, '17:00', 'Follow-up', 'Room 2')`,
    );
    assert.equal(message.action, 'INSERT');
  });

  it('the triggers tell of a delete, and of the payment and the journey that go with it', async () => {
    const messages = await messagesOf('delete from appointments where id = 5');
    assert.deepEqual(messages.map((m) => `${m.action} ${m.resource}`).sort(), [
      'DELETE appointment',
      'DELETE journey',
      'DELETE payment',
    ]);
  });

  it('the triggers tell of a name that changed', async () => {
    const [message] = await messagesOf(`update people set name = 'Noor Haddad-Lind' where id = 8`);
    assert.deepEqual([message.resource, message.scope], ['person', 'clinic:1:appointments']);
  });

  it('the triggers say nothing of a transaction that was rolled back', async () => {
    const failing = `update payments set status = 'verified' where id = 3; select 1 / 0`;
    await assert.rejects(clinic.database.script(failing));
    assert.deepEqual(heard, []);
  });

  it('the triggers carry the id of the mutation that caused them', async () => {
    await operator.post('/payments/3/verify', { headers: { 'tidemark-mutation': 'tab-1:7' } });
    assert.equal(JSON.parse(heard[0]).mutation, 'tab-1:7');
  });

  it('the triggers do not carry that id into the next change', async () => {
    await operator.post('/payments/3/verify', { headers: { 'tidemark-mutation': 'tab-1:7' } });
    await operator.post('/payments/5/verify');
    assert.equal('mutation' in JSON.parse(heard[1]), false);
  });

  it('the triggers say who changed a row only if it went through the API', async () => {
    await operator.post('/payments/3/verify');
    await clinic.database.script(`update payments set status = 'verified' where id = 5`);
    const { rows } = await clinic.database.query(
      'select changed_by from payments where id in (3, 5) order by id',
    );
    assert.deepEqual(
      rows.map((row) => row.changed_by),
      [3, null],
    );
  });

  it('the triggers stay far below the 8000 bytes that NOTIFY allows, with the longest ids', async () => {
    const mutation = 'm'.repeat(100);
    await operator.post('/payments/3/verify', { headers: { 'tidemark-mutation': mutation } });
    await clinic.database.script('update payments set id = 2147483647 where id = 5');
    assert.ok(Math.max(...heard.map((text) => Buffer.byteLength(text))) < 1000);
  });

  it('the triggers tell of a TRUNCATE', async () => {
    const messages = await messagesOf('truncate journeys');
    assert.deepEqual(messages, [{ reset: true, scope: 'clinic:1:journeys' }]);
  });

  for (const [what, sql] of [
    ['an unknown status', `update appointments set status = 'lost' where id = 5`],
    ['an amount of nothing', 'update payments set amount_cents = 0 where id = 3'],
    ['a therapist who does not exist', 'update appointments set therapist_id = 999 where id = 5'],
    [
      'two appointments of a therapist at once',
      `update appointments set starts_at = '13:00' where id = 5`,
    ],
    ['a payment of another clinic', 'update payments set clinic_id = 2 where id = 3'],
    ['a second journey to one appointment', 'update journeys set appointment_id = 3 where id = 4'],
  ]) {
    it(`the tables refuse ${what}`, () => assert.rejects(clinic.database.script(sql), /violates/));
  }
});

describe('who may hear what', () => {
  const user = (role) => ({ id: 1, name: 'Somebody', role, clinicId: 1 });

  it('a driver does not hear of payments', () =>
    assert.equal(mayHear(user('driver'), 'clinic:1:payments'), false));

  it('a therapist does not hear of payments', () =>
    assert.equal(mayHear(user('therapist'), 'clinic:1:payments'), false));

  it('an operator hears of payments', () =>
    assert.equal(mayHear(user('operator'), 'clinic:1:payments'), true));

  it('nobody hears of another clinic', () =>
    assert.equal(mayHear(user('operator'), 'clinic:2:appointments'), false));

  it('the waiting-room board hears of appointments only', () =>
    assert.equal(mayHear(user('display'), 'clinic:1:journeys'), false));
});
