import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { openClinic, shows } from './clinic.js';

const CONFIRM_RAVI = `update appointments set status = 'confirmed' where id = 8`;
const CANCEL_RAVI = `update appointments set status = 'cancelled' where id = 8`;
const RAVI_CHANGED = '"id":"8"';

describe('a dashboard and the stream of changes', () => {
  let clinic;

  before(async () => {
    clinic = await openClinic();
  });
  beforeEach(() => clinic.startTheDay());
  after(() => clinic.close());

  const open = async (path) => (await clinic.open(path)).settled();

  it('shows what SQL from outside changes, with no action in the page', async () => {
    const visit = await open('/?role=therapist');
    await clinic.sql(CONFIRM_RAVI);
    await shows(visit.row('therapist', 'Ravi Chandran'), 'Confirmed');
  });

  it('asks only for the lists that a change touched', async () => {
    const visit = await open('/?role=operator');
    visit.reads.length = 0;
    await clinic.sql(`update payments set status = 'verified' where id = 3`);
    await shows(visit.row('operator', 'Noor Haddad'), 'Verified');
    assert.deepEqual(visit.reads, ['payments']);
  });

  it('asks once for a list, however many of its rows one transaction changed', async () => {
    const visit = await open('/?role=operator');
    visit.reads.length = 0;
    await clinic.sql(`update payments set status = 'verified'`);
    await shows(visit.row('operator', 'Mateus Farias'), 'Verified');
    assert.deepEqual(visit.reads, ['payments']);
  });

  it('does not ask for a colleague’s list that it does not show', async () => {
    const visit = await open('/?role=therapist');
    visit.reads.length = 0;
    await clinic.sql(`update appointments set status = 'confirmed' where id = 7`);
    await clinic.sql(CONFIRM_RAVI); // is heard after it
    await shows(visit.row('therapist', 'Ravi Chandran'), 'Confirmed');
    assert.equal(visit.reads.filter((list) => list === 'appointments').length, 1);
  });

  it('catches up after its socket was cut: no reload, no change lost', async () => {
    const visit = await open('/?role=driver');
    const row = visit.row('driver', 'Greta Solberg');
    await visit.page.evaluate(() => {
      window.neverReloaded = true;
    });
    await visit.control('Cut the socket').click();
    await visit.page.locator('.channel[data-status=offline]').waitFor();
    await clinic.sql(`update appointments set status = 'confirmed' where id = 5`);
    await shows(row, 'Waiting for the therapist');
    await visit.page.locator('.channel[data-status=live]').waitFor({ timeout: 30_000 });
    await row.getByRole('button', { name: 'Confirm pickup' }).waitFor();
    assert.equal(await visit.page.evaluate(() => window.neverReloaded), true);
  });

  it('asks after a cut only for what changed in the meantime', async () => {
    const visit = await open('/?role=operator');
    await clinic.post('/demo/cut', { seconds: 2 });
    await visit.page.locator('.channel[data-status=offline]').waitFor();
    visit.reads.length = 0;
    await clinic.sql(`update payments set status = 'verified' where id = 3`);
    await visit.page.locator('.channel[data-status=live]').waitFor({ timeout: 30_000 });
    await shows(visit.row('operator', 'Noor Haddad'), 'Verified');
    assert.deepEqual(visit.reads, ['payments']);
  });

  it('follows again after it was offline', async () => {
    const visit = await open('/?role=therapist');
    await visit.control('Go offline').click();
    await shows(visit.page.locator('.channel'), 'Offline');
    await clinic.sql(CONFIRM_RAVI);
    await visit.control('Go offline').click();
    await shows(visit.row('therapist', 'Ravi Chandran'), 'Confirmed');
  });

  it('asks for nothing while it is unmounted, and shows the new data when it is back', async () => {
    const visit = await open('/?role=therapist');
    await visit.tab('Operator').click();
    await visit.settled();
    visit.reads.length = 0;
    await clinic.sql(CONFIRM_RAVI);
    await visit.hears(RAVI_CHANGED, 2); // on the therapist's socket and on the operator's
    await shows(visit.row('operator', 'Ravi Chandran'), 'Confirmed');
    await clinic.sql(CANCEL_RAVI); // by when this shows, an answer to the first would have come
    await shows(visit.row('operator', 'Ravi Chandran'), 'Cancelled');
    const byOperator = ['appointments', 'appointments', 'journeys', 'journeys'];
    assert.deepEqual(visit.reads.sort(), byOperator);

    await visit.tab('Therapist').click();
    await shows(visit.row('therapist', 'Ravi Chandran'), 'Cancelled');
    assert.deepEqual(visit.reads.slice(4).sort(), ['appointments', 'journeys']);
  });

  it('asks for nothing when an unmounted dashboard comes back and nothing has changed', async () => {
    const visit = await open('/?role=therapist');
    await visit.tab('Driver').click();
    await visit.settled();
    visit.reads.length = 0;
    await visit.tab('Therapist').click();
    await visit.settled();
    assert.deepEqual(visit.reads, []);
  });

  it('asks for nothing in a hidden tab, and shows the new data when it is back', async () => {
    const visit = await (await clinic.openTab('/?role=therapist')).settled();
    const front = await (await clinic.openTab('/?role=operator')).settled();
    await front.page.bringToFront();
    await visit.page.waitForFunction(() => document.visibilityState === 'hidden', null, {
      polling: 50,
    });
    visit.reads.length = 0;
    await clinic.sql(CONFIRM_RAVI);
    await shows(front.row('operator', 'Ravi Chandran'), 'Confirmed');
    await clinic.sql(CANCEL_RAVI);
    await shows(front.row('operator', 'Ravi Chandran'), 'Cancelled');
    await visit.hears(RAVI_CHANGED, 2);
    assert.deepEqual(visit.reads, []);

    await visit.page.bringToFront();
    await shows(visit.row('therapist', 'Ravi Chandran'), 'Cancelled');
    await Promise.all([visit.page.close(), front.page.close()]);
  });

  it('keeps the waiting-room board, a page without a framework, current', async () => {
    const visit = await clinic.open('/board.html');
    const place = visit.page.locator('#board li', { hasText: 'G. S.' });
    await visit.page.locator('#board li').first().waitFor();
    await clinic.sql(`update appointments set status = 'confirmed' where id = 5`);
    await shows(place, 'please wait');
    await clinic.sql(`update appointments set status = 'in_progress' where id = 5`);
    await shows(place, 'please come in');
  });

  it('shows markup in a name as text', async () => {
    const visit = await clinic.open('/board.html');
    await visit.page.locator('#board li').first().waitFor();
    await clinic.sql(`update appointments set room = '<b>Gym</b>' where id = 2`);
    await shows(visit.page.locator('#board'), '<b>Gym</b>');
  });
});
