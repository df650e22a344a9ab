import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { openClinic, until } from './clinic.js';

/**
 * One change in PostgreSQL reaches three dashboards: trigger, NOTIFY, hub, WebSocket, core, queryFn.
 * Where nothing may happen, the tests wait for a later change to arrive: changes come in order.
 */
let clinic;
let desks = [];

before(async () => {
  clinic = await openClinic();
});
afterEach(async () => {
  for (const desk of desks) desk.close();
  desks = [];
  await clinic.startTheDay();
});
after(() => clinic.close());

async function open(...roles) {
  const opened = await Promise.all(roles.map((role) => clinic.openDesk(role)));
  desks.push(...opened);
  await Promise.all(opened.map((desk) => desk.live()));
  return opened;
}

/** Looks at a list and waits for its rows. */
async function show(desk, list) {
  const view = desk.look(list);
  await until(() => view.result().status === 'success', `${list} is shown`);
  return view;
}

const set = (table, id, status) =>
  clinic.sql(`update clinic.${table} set status = $2 where id = $1`, [id, status]);
const shows = (view, id, status) =>
  until(() => view.row(id)?.status === status, `${id} is ${status}`);

test('a row that SQL changes is seen by all three dashboards', async () => {
  const [therapist, operator, driver] = await open('therapist', 'operator', 'driver');
  const lists = [await show(therapist, 'appointments'), await show(operator, 'appointments')];
  const journeys = await show(driver, 'journeys');
  await set('appointments', 5, 'confirmed');
  for (const list of lists) await shows(list, 5, 'confirmed');
  await until(
    () => journeys.row(4)?.appointmentStatus === 'confirmed',
    'the journey shows its appointment',
  );
});

test('a list that nobody looks at is not asked for, and is right when somebody comes back', async () => {
  const [operator] = await open('operator');
  const appointments = await show(operator, 'appointments');
  const payments = await show(operator, 'payments');
  appointments.stop();
  const asked = operator.requests();
  await set('appointments', 5, 'confirmed');
  await set('payments', 3, 'verified');
  await shows(payments, 3, 'verified');
  assert.equal(operator.requests(), asked + 1, 'only the payments were asked for');
  await shows(operator.look('appointments'), 5, 'confirmed');
});

test('a burst of changes is far fewer requests than changes', async () => {
  const [operator] = await open('operator');
  const payments = await show(operator, 'payments');
  const asked = operator.requests();
  await clinic.sql("update clinic.payments set status = 'received'");
  await clinic.sql("update clinic.payments set status = 'verified'");
  await until(
    () => payments.result().data.every((row) => row.status === 'verified'),
    'every payment is verified',
  );
  const { changes } = operator.client.getStats();
  const requests = operator.requests() - asked;
  assert.ok(requests <= changes / 2, `${requests} requests for ${changes} changes`);
});

describe('a socket that is cut', () => {
  test('brings what was missed, without a reload', async () => {
    const [operator] = await open('operator');
    const payments = await show(operator, 'payments');
    clinic.hub.accepting = false;
    clinic.hub.disconnect();
    await until(() => operator.channel.status !== 'live', 'the operator is cut off');
    await set('payments', 3, 'verified');
    clinic.hub.accepting = true;
    await shows(payments, 3, 'verified');
  });

  test('asks again only for what changed meanwhile', async () => {
    const [operator] = await open('operator');
    const payments = await show(operator, 'payments');
    await show(operator, 'journeys');
    await show(operator, 'appointments');
    const asked = operator.requests();
    clinic.hub.accepting = false;
    clinic.hub.disconnect();
    await until(() => operator.channel.status !== 'live', 'the operator is cut off');
    await set('payments', 3, 'verified');
    clinic.hub.accepting = true;
    await shows(payments, 3, 'verified');
    await operator.live();
    assert.equal(operator.requests(), asked + 1);
  });
});

describe('an action', () => {
  const accept = (desk, id) =>
    desk.act(`/appointments/${id}/accept`, [
      {
        queryKey: desk.list('appointments').queryKey,
        update: (rows) =>
          rows.map((row) => (row.id === id ? { ...row, status: 'confirmed' } : row)),
      },
    ]);

  test('shows at once, before the server has answered', async () => {
    const [therapist] = await open('therapist');
    const list = await show(therapist, 'appointments');
    const done = accept(therapist, 5);
    assert.equal(list.row(5).status, 'confirmed');
    await done;
  });

  test('reaches the other dashboards', async () => {
    const [therapist, operator] = await open('therapist', 'operator');
    await show(therapist, 'appointments');
    const other = await show(operator, 'appointments');
    await accept(therapist, 5);
    await shows(other, 5, 'confirmed');
  });

  test('that is done costs the one who did it one request', async () => {
    const [therapist] = await open('therapist');
    const list = await show(therapist, 'appointments');
    const asked = therapist.requests();
    await accept(therapist, 5);
    await until(() => list.row(5).version > 1, 'the server’s own row is shown');
    await set('appointments', 6, 'confirmed');
    await shows(list, 6, 'confirmed');
    assert.equal(therapist.requests(), asked + 2, 'one for the action, one for the change after');
  });

  test('that the server refuses leaves the list as it was, byte for byte', async () => {
    const [therapist] = await open('therapist');
    const list = await show(therapist, 'appointments');
    const before = JSON.stringify(list.result().data);
    await assert.rejects(accept(therapist, 2), (error) => error.status === 409);
    assert.equal(JSON.stringify(list.result().data), before);
  });

  test('that meets another on the same row leaves both dashboards with what the server decided', async () => {
    const [therapist, operator] = await open('therapist', 'operator');
    const lists = [await show(therapist, 'appointments'), await show(operator, 'appointments')];
    await Promise.allSettled([operator.act('/appointments/5/cancel'), accept(therapist, 5)]);
    const { rows } = await clinic.sql('select status from clinic.appointments where id = 5');
    for (const list of lists) await shows(list, 5, rows[0].status);
  });
});

test('nothing of a scope that a user may not hear reaches the user', async () => {
  const [driver] = await open('driver');
  const journeys = await show(driver, 'journeys');
  const { changes } = driver.client.getStats();
  await set('payments', 3, 'verified');
  await set('journeys', 4, 'picked_up');
  await shows(journeys, 4, 'picked_up');
  assert.equal(driver.client.getStats().changes, changes + 1);
});
