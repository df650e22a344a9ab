import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { gone, openClinic, shows } from './clinic.js';

describe('acting on a dashboard', () => {
  let clinic;

  before(async () => {
    clinic = await openClinic();
  });
  beforeEach(() => clinic.startTheDay());
  after(() => clinic.close());

  const open = async (path, options) => (await clinic.open(path, options)).settled();
  const alertIn = (row) => row.getByRole('alert');
  const statusOf = async (id) => {
    const [{ status }] = await clinic.sql(`select status from appointments where id = ${id}`);
    return status;
  };

  it('shows on the acting dashboard before the server has answered', async () => {
    const visit = await open('/?role=therapist');
    const held = await visit.hold('/appointments/5/accept');
    const row = visit.row('therapist', 'Greta Solberg');
    await row.getByRole('button', { name: 'Accept' }).click();
    await shows(row, 'Confirmed');
    assert.equal(await statusOf(5), 'pending');
    held.release();
  });

  it('keeps the button busy until the server has answered, and no longer', async () => {
    const visit = await open('/?role=therapist');
    const held = await visit.hold('/appointments/5/accept');
    const row = visit.row('therapist', 'Greta Solberg');
    await row.getByRole('button', { name: 'Accept' }).click();
    await row
      .getByRole('button', { name: 'Accepting…' })
      .and(row.locator('[aria-busy=true]'))
      .waitFor();
    held.release();
    await gone(row.getByRole('button'));
    await shows(row, 'Confirmed');
  });

  it('is seen on the other dashboards in other browsers, without a reload', async () => {
    const [therapist, operator, driver] = await Promise.all([
      open('/?role=therapist'),
      open('/?role=operator'),
      open('/?role=driver'),
    ]);
    await therapist.row('therapist', 'Greta Solberg').getByRole('button').click();
    await shows(operator.row('operator', 'Greta Solberg'), 'Confirmed');
    await driver
      .row('driver', 'Greta Solberg')
      .getByRole('button', { name: 'Confirm pickup' })
      .waitFor();
  });

  it('takes an appointment all the way, from request to treatment, over three dashboards', async () => {
    const visit = await open('/?view=all');
    const press = (role, name) =>
      visit.row(role, 'Greta Solberg').getByRole('button', { name }).click();
    await press('therapist', 'Accept');
    await press('driver', 'Confirm pickup');
    await press('driver', 'Start journey');
    await press('operator', 'Verify payment');
    await press('operator', 'Start');
    await shows(visit.row('therapist', 'Greta Solberg'), 'In progress');
    await shows(visit.row('driver', 'Greta Solberg'), 'Arrived');
    assert.equal(await statusOf(5), 'in_progress');
  });

  it('is taken back when the server refuses, and a sentence next to it says so', async () => {
    const visit = await open('/?role=therapist');
    const row = visit.row('therapist', 'Greta Solberg');
    await visit.control('Refuse the next action').click();
    const held = await visit.hold('/appointments/5/accept');
    await row.getByRole('button', { name: 'Accept' }).click();
    await shows(row, 'Confirmed');
    held.release();
    await shows(alertIn(row), 'The server refused this, as you asked it to. Try again.');
    await shows(row, 'Pending');
    await row.getByRole('button', { name: 'Accept', exact: true }).waitFor();
  });

  it('works again after a refusal, and the sentence goes', async () => {
    const visit = await open('/?role=therapist');
    const row = visit.row('therapist', 'Greta Solberg');
    await visit.control('Refuse the next action').click();
    await row.getByRole('button', { name: 'Accept' }).click();
    await alertIn(row).waitFor();
    await row.getByRole('button', { name: 'Accept' }).click();
    await gone(alertIn(row));
    await shows(row, 'Confirmed');
    assert.equal(await statusOf(5), 'confirmed');
  });

  it('brings the sentence into sight, where the workbench does not cover it', async () => {
    const visit = await open('/?view=all', { viewport: { width: 1440, height: 1000 } });
    const row = visit.row('operator', 'Greta Solberg');
    await visit.control('Refuse the next action').click();
    await row.getByRole('button', { name: 'Cancel' }).click();
    await alertIn(row).waitFor();
    const onTop = await alertIn(row).evaluate((alert) => {
      const { left, right, top, bottom } = alert.getBoundingClientRect();
      const at = (y) => alert.contains(document.elementFromPoint((left + right) / 2, y));
      return at(top + 1) && at(bottom - 1);
    });
    assert.equal(onTop, true);
  });

  it('lets a person dismiss the sentence', async () => {
    const visit = await open('/?role=therapist');
    const row = visit.row('therapist', 'Greta Solberg');
    await visit.control('Refuse the next action').click();
    await row.getByRole('button', { name: 'Accept' }).click();
    await row.getByRole('button', { name: 'Dismiss message' }).click();
    await gone(alertIn(row));
  });

  it('is taken back when the connection breaks on the way', async () => {
    const visit = await open('/?role=therapist');
    const row = visit.row('therapist', 'Greta Solberg');
    const held = await visit.hold('/appointments/5/accept');
    await row.getByRole('button', { name: 'Accept' }).click();
    await shows(row, 'Confirmed');
    held.breakOff();
    await shows(alertIn(row), 'The clinic’s server cannot be reached.');
    await shows(row, 'Pending');
  });

  it('fails at once while offline, and says so', async () => {
    const visit = await open('/?role=therapist');
    const row = visit.row('therapist', 'Greta Solberg');
    await visit.control('Go offline').click();
    await row.getByRole('button', { name: 'Accept' }).click();
    await shows(alertIn(row), 'You are offline, so nothing was sent.');
    await shows(row, 'Pending');
  });

  it('of two people on one appointment refuses one, and the other’s change stands', async () => {
    const [therapist, operator] = await Promise.all([
      open('/?role=therapist'),
      open('/?role=operator'),
    ]);
    const held = await therapist.hold('/appointments/5/accept');
    const row = therapist.row('therapist', 'Greta Solberg');
    await row.getByRole('button', { name: 'Accept' }).click();
    await shows(row, 'Confirmed');
    await operator.row('operator', 'Greta Solberg').getByRole('button', { name: 'Cancel' }).click();
    await shows(row, 'Cancelled'); // under her change that is still on its way
    held.release();
    await shows(alertIn(row), 'Greta Solberg’s appointment has been cancelled by Marisol Vega.');
    await shows(row, 'Cancelled');
    assert.equal(await statusOf(5), 'cancelled');
  });

  describe('when two people act on one appointment at once, and a third one looks on', () => {
    const CANCELLED = {
      refused: 'driver',
      because: 'Greta Solberg’s appointment has been cancelled by Marisol Vega.',
      status: 'cancelled',
      shown: { therapist: 'Cancelled', operator: 'Cancelled', driver: 'Cancelled' },
      neverOnLooker: 'Picked up',
    };
    const PICKED_UP = {
      refused: 'operator',
      because: 'Greta Solberg is already in the car, so this cannot be cancelled.',
      status: 'confirmed',
      shown: { therapist: 'Picked up', operator: 'Picked up', driver: 'Picked up' },
      neverOnLooker: 'Cancelled',
    };

    /** Greta is confirmed: the operator cancels while her driver picks her up, neither answered yet. */
    const actAtOnce = async () => {
      await clinic.sql(`update appointments set status = 'confirmed' where id = 5`);
      const roles = ['therapist', 'operator', 'driver'];
      const visits = await Promise.all(roles.map((role) => open(`/?role=${role}`)));
      const [therapist, operator, driver] = roles.map((role, i) =>
        visits[i].row(role, 'Greta Solberg'),
      );
      const looked = await visits[0].record(therapist);
      const cancel = await visits[1].hold('/appointments/5/cancel');
      const pickup = await visits[2].hold('/journeys/4/pickup');
      await Promise.all([
        operator.getByRole('button', { name: 'Cancel' }).click(),
        driver.getByRole('button', { name: 'Confirm pickup' }).click(),
      ]);
      await shows(operator, 'Cancelled');
      await shows(driver, 'Picked up');
      await shows(therapist, 'Confirmed');
      return { rows: { therapist, operator, driver }, cancel, pickup, looked };
    };

    /** One is told why; all three dashboards show what the other one did, as the database has it. */
    const agreeOn = async (rows, looked, { refused, because, status, shown, neverOnLooker }) => {
      await shows(alertIn(rows[refused]), because);
      for (const role of Object.keys(rows)) await shows(rows[role], shown[role]);
      assert.equal(await statusOf(5), status);
      const winner = refused === 'driver' ? 'operator' : 'driver';
      assert.equal(await alertIn(rows[winner]).count(), 0);
      assert.deepEqual(
        (await looked()).filter((text) => text.includes(neverOnLooker)),
        [],
      );
    };

    it('refuses the driver if the operator was first', async () => {
      const { rows, cancel, pickup, looked } = await actAtOnce();
      cancel.release();
      await shows(rows.therapist, 'Cancelled');
      pickup.release();
      await agreeOn(rows, looked, CANCELLED);
    });

    it('refuses the operator if the driver was first', async () => {
      const { rows, cancel, pickup, looked } = await actAtOnce();
      pickup.release();
      await shows(rows.therapist, 'Picked up');
      cancel.release();
      await agreeOn(rows, looked, PICKED_UP);
    });

    it('refuses exactly one, whoever is first', async () => {
      const { rows, cancel, pickup, looked } = await actAtOnce();
      cancel.release();
      pickup.release();
      await Promise.any([alertIn(rows.operator).waitFor(), alertIn(rows.driver).waitFor()]);
      const ended = (await statusOf(5)) === 'cancelled' ? CANCELLED : PICKED_UP;
      await agreeOn(rows, looked, ended);
    });
  });

  it('leaves other pending changes of the same list alone when one is refused', async () => {
    const visit = await open('/?role=therapist');
    const [greta, mateus] = ['Greta Solberg', 'Mateus Farias'].map((p) =>
      visit.row('therapist', p),
    );
    const slow = await visit.hold('/appointments/6/accept');
    await mateus.getByRole('button', { name: 'Accept' }).click();
    await visit.control('Refuse the next action').click();
    await greta.getByRole('button', { name: 'Accept' }).click();
    await alertIn(greta).waitFor();
    await shows(mateus, 'Confirmed');
    slow.release();
    await gone(mateus.getByRole('button'));
    await shows(mateus, 'Confirmed');
  });

  it('is still busy after a look at another dashboard, and still says why it was refused', async () => {
    const visit = await open('/?role=therapist');
    const row = visit.row('therapist', 'Greta Solberg');
    await visit.control('Refuse the next action').click();
    const held = await visit.hold('/appointments/5/accept');
    await row.getByRole('button', { name: 'Accept' }).click();
    await visit.tab('Driver').click();
    await visit.tab('Therapist').click();
    await row.getByRole('button', { name: 'Accepting…' }).waitFor();
    await visit.tab('Driver').click();
    held.release();
    await visit.settled();
    await visit.tab('Therapist').click();
    await shows(alertIn(row), 'The server refused this');
    await shows(row, 'Pending');
  });

  it('marks a row that somebody else changed, but not the actor’s own', async () => {
    const visit = await open('/?view=all');
    const row = visit.row('therapist', 'Greta Solberg');
    await row.getByRole('button').click();
    await visit.row('driver', 'Greta Solberg').locator('.flash').waitFor({ state: 'attached' });
    await clinic.sql(`update appointments set room = 'Room 9' where id = 6`); // shows after her own
    await visit.row('therapist', 'Mateus Farias').locator('.flash').waitFor({ state: 'attached' });
    assert.equal(await row.locator('.flash').count(), 0);
  });
});
