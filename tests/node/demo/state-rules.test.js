import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { openClinic } from './clinic.js';

describe('the state rules of the clinic', () => {
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

  /** Checks that an answer refuses with a status and exactly this sentence. */
  const refuses = async (answer, status, message) => {
    const { statusCode, body } = await answer;
    assert.deepEqual([statusCode, JSON.parse(body).message], [status, message]);
  };

  const succeeds = async (answer) => {
    const { statusCode, body } = await answer;
    assert.equal(statusCode, 200, body);
  };

  it('a therapist accepts a pending appointment', async () => {
    await succeeds(therapist.post('/appointments/5/accept'));
    assert.equal(await clinic.statusOf('appointments', 5), 'confirmed');
  });

  it('an appointment is accepted once: the second therapist learns who was faster', async () => {
    await succeeds(therapist.post('/appointments/5/accept'));
    await refuses(
      therapist.post('/appointments/5/accept'),
      409,
      'Greta Solberg’s appointment has already been confirmed by Dr Amara Osei.',
    );
  });

  it('of two who act on one appointment at the same moment, exactly one is refused', async () => {
    const answers = await Promise.all([
      therapist.post('/appointments/5/accept'),
      therapist.post('/appointments/5/accept'),
    ]);
    assert.deepEqual(answers.map((a) => a.statusCode).sort(), [200, 409]);
  });

  it('an appointment that the operator cancelled cannot be accepted, and stays cancelled', async () => {
    await succeeds(operator.post('/appointments/5/cancel'));
    await refuses(
      therapist.post('/appointments/5/accept'),
      409,
      'Greta Solberg’s appointment has been cancelled by Marisol Vega.',
    );
    assert.equal(await clinic.statusOf('appointments', 5), 'cancelled');
  });

  it('a therapist accepts no colleague’s appointment', () =>
    refuses(
      therapist.post('/appointments/7/accept'),
      403,
      'This appointment is with Dr Henrik Lindqvist, not with you.',
    ));

  it('only a therapist accepts', () =>
    refuses(operator.post('/appointments/5/accept'), 403, 'Only a therapist can do this.'));

  it('an operator verifies a payment that was received', async () => {
    await succeeds(operator.post('/payments/3/verify'));
    assert.equal(await clinic.statusOf('payments', 3), 'verified');
  });

  it('a payment is verified once', async () => {
    await succeeds(operator.post('/payments/3/verify'));
    await refuses(
      operator.post('/payments/3/verify'),
      409,
      'Noor Haddad’s payment has already been verified by Marisol Vega.',
    );
  });

  it('a payment that did not arrive cannot be verified', () =>
    refuses(operator.post('/payments/6/verify'), 409, 'Mateus Farias has not paid yet.'));

  it('only an operator verifies payments', () =>
    refuses(driver.post('/payments/3/verify'), 403, 'Only an operator can do this.'));

  it('an operator starts a confirmed and paid appointment', async () => {
    await succeeds(operator.post('/appointments/4/start'));
    assert.equal(await clinic.statusOf('appointments', 4), 'in_progress');
  });

  it('an appointment that nobody accepted does not start', () =>
    refuses(
      operator.post('/appointments/5/start'),
      409,
      'Greta Solberg’s appointment is still waiting for the therapist.',
    ));

  it('an appointment does not start before its payment is verified', () =>
    refuses(
      operator.post('/appointments/3/start'),
      409,
      'Noor Haddad’s payment has not been verified yet.',
    ));

  it('an appointment does not start while its patient waits to be driven', async () => {
    await operator.post('/payments/3/verify');
    await refuses(
      operator.post('/appointments/3/start'),
      409,
      'Noor Haddad is not on the way yet: the driver has not started the journey.',
    );
  });

  it('starting an appointment ends the journey to it', async () => {
    await driver.post('/journeys/3/start');
    await operator.post('/payments/3/verify');
    await succeeds(operator.post('/appointments/3/start'));
    assert.equal(await clinic.statusOf('journeys', 3), 'arrived');
  });

  it('an appointment that is over is not cancelled', () =>
    refuses(
      operator.post('/appointments/1/cancel'),
      409,
      'Ines Caldera’s appointment is already over.',
    ));

  it('an appointment is not cancelled while its patient sits in the car', () =>
    refuses(
      operator.post('/appointments/3/cancel'),
      409,
      'Noor Haddad is already in the car, so this cannot be cancelled.',
    ));

  it('a driver confirms the pickup, then starts the journey', async () => {
    await therapist.post('/appointments/5/accept');
    await succeeds(driver.post('/journeys/4/pickup'));
    assert.equal(await clinic.statusOf('journeys', 4), 'picked_up');
    await succeeds(driver.post('/journeys/4/start'));
    assert.equal(await clinic.statusOf('journeys', 4), 'under_way');
  });

  it('a patient is not picked up for an appointment that nobody accepted', () =>
    refuses(
      driver.post('/journeys/4/pickup'),
      409,
      'Greta Solberg’s appointment is still waiting for the therapist.',
    ));

  it('a patient is picked up once', () =>
    refuses(driver.post('/journeys/3/pickup'), 409, 'Noor Haddad has already been picked up.'));

  it('a journey does not start before the pickup', () =>
    refuses(driver.post('/journeys/4/start'), 409, 'Greta Solberg has not been picked up yet.'));

  it('a journey starts once', async () => {
    await succeeds(driver.post('/journeys/3/start'));
    await refuses(
      driver.post('/journeys/3/start'),
      409,
      'Noor Haddad’s journey has already started.',
    );
  });

  it('a driver drives no colleague’s journey', async () => {
    await clinic.database.query(
      `insert into clinic.people (id, clinic_id, role, name) values (90, 1, 'driver', 'Other')`,
    );
    await clinic.database.query('update clinic.journeys set driver_id = 90 where id = 3');
    await refuses(driver.post('/journeys/3/start'), 403, 'This journey is another driver’s.');
  });

  it('an appointment of another clinic does not exist for this one', async () => {
    await clinic.database.query(
      `insert into clinic.appointments (id, clinic_id, patient_id, therapist_id, starts_at, treatment, room)
       values (90, 2, 6, 1, '18:00', 'Elsewhere', 'Room 1')`,
    );
    await refuses(therapist.post('/appointments/90/accept'), 404, 'There is no appointment 90.');
  });
});
