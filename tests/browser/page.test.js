import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { after, before, beforeEach, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gone, openClinic, shows } from './clinic.js';
import { contrastFailures } from './contrast.js';

const VIEWS = ['/?role=therapist', '/?role=operator', '/?role=driver', '/?view=all'];

describe('the page', () => {
  let clinic;

  before(async () => {
    clinic = await openClinic();
  });
  beforeEach(() => clinic.startTheDay());
  after(() => clinic.close());

  const open = async (path, options) => (await clinic.open(path, options)).settled();
  const focused = (visit) => visit.page.evaluate(() => document.activeElement?.textContent);

  it('says who is signed in', async () => {
    const visit = await open('/?role=driver');
    await shows(visit.page.locator('[data-role=driver] .person'), 'Kofi Brandt');
  });

  it('moves through its tabs with the arrow keys, and selects as it goes', async () => {
    const visit = await open('/?role=therapist');
    await visit.tab('Therapist').focus();
    await visit.page.keyboard.press('ArrowRight');
    assert.equal(await focused(visit), 'Operator');
    assert.equal(await visit.tab('Operator').getAttribute('aria-selected'), 'true');
    await visit.page.locator('[data-role=operator] .row').first().waitFor();
  });

  it('goes round from the last tab to the first, and jumps with Home and End', async () => {
    const visit = await open('/?role=therapist');
    await visit.tab('Therapist').focus();
    const stops = [];
    for (const key of ['ArrowLeft', 'ArrowRight', 'End', 'Home']) {
      await visit.page.keyboard.press(key);
      stops.push(await focused(visit));
    }
    assert.deepEqual(stops, ['All three', 'Therapist', 'All three', 'Therapist']);
  });

  it('has one stop for all tabs in the tab order', async () => {
    const visit = await open('/?role=therapist');
    await visit.tab('Therapist').focus();
    await visit.page.keyboard.press('Tab');
    assert.notEqual(await visit.page.evaluate(() => document.activeElement?.role), 'tab');
  });

  it('is used by keyboard alone: the action’s row has the focus when its button has gone', async () => {
    const visit = await open('/?role=therapist');
    const row = visit.row('therapist', 'Greta Solberg');
    await row.getByRole('button', { name: 'Accept' }).focus();
    await visit.page.keyboard.press('Enter');
    await row.and(visit.page.locator(':focus')).waitFor();
  });

  it('writes the chosen view into the address, so that a reload keeps it', async () => {
    const visit = await open('/');
    await visit.tab('Driver').click();
    await visit.page.reload();
    await visit.page.locator('[data-role=driver] .row').first().waitFor();
  });

  for (const path of [...VIEWS, '/board.html']) {
    it(`does not scroll sideways at 360 pixels: ${path}`, async () => {
      const visit = await clinic.open(path, { viewport: { width: 360, height: 740 } });
      await visit.page.locator('.row, #board li').first().waitFor();
      const hidden = await visit.page.evaluate(() => {
        const { scrollWidth, clientWidth } = document.documentElement;
        return scrollWidth - clientWidth;
      });
      assert.equal(hidden, 0);
    });
  }

  for (const colorScheme of ['light', 'dark']) {
    it(`has enough contrast everywhere in the ${colorScheme} scheme`, async () => {
      const visit = await open('/?view=all', {
        colorScheme,
        reducedMotion: 'reduce',
        viewport: { width: 1280, height: 900 },
      });
      await visit.control('Refuse the next action').click();
      await visit.row('therapist', 'Greta Solberg').getByRole('button').click();
      await visit.page.getByRole('alert').first().waitFor();
      await visit.control('Slow the server').click();
      await visit.row('operator', 'Noor Haddad').getByRole('button').click();
      assert.deepEqual(await visit.page.evaluate(contrastFailures), []);
    });
  }

  it('offers to sign in again when signing in failed', async () => {
    const visit = await open('/?role=therapist');
    const held = await visit.hold('/session');
    await visit.tab('Operator').click();
    held.breakOff();
    const dashboard = visit.page.locator('[data-role=operator]');
    await shows(dashboard.getByRole('alert'), 'The clinic’s server cannot be reached.');
    await visit.page.unroute('**/api/session');
    await dashboard.getByRole('button', { name: 'Sign in again' }).click();
    await visit.settled();
  });

  it('says so when a list cannot be loaded, and loads it again on request', async () => {
    const visit = await open('/?role=therapist');
    await visit.page.route('**/api/payments', (route) => route.fulfill({ status: 500, json: {} }));
    await visit.tab('Operator').click();
    const dashboard = visit.page.locator('[data-role=operator]');
    await shows(dashboard.getByRole('alert'), 'The clinic’s server has a problem.');
    await visit.page.unroute('**/api/payments');
    await dashboard.getByRole('button', { name: 'Load again' }).click();
    await visit.settled();
    await gone(dashboard.getByRole('alert'));
  });

  it('signs in anew by itself when a token has run out', async () => {
    const visit = await open('/?role=therapist');
    await visit.page.route(
      '**/api/appointments/5/accept',
      (route) => route.fulfill({ status: 401, json: { message: 'Your sign-in has run out.' } }),
      { times: 1 },
    );
    const row = visit.row('therapist', 'Greta Solberg');
    await row.getByRole('button', { name: 'Accept' }).click();
    await gone(row.getByRole('button'));
    await shows(row, 'Confirmed');
  });

  it('throws no error on any view', async () => {
    const problems = [];
    for (const path of VIEWS) problems.push(...(await open(path)).problems);
    assert.deepEqual(problems, []);
  });

  const figure = (visit, name) =>
    visit.page.locator('.figures dl > div', { hasText: name }).locator('dd');

  it('counts the requests made, and those of a page that polls', async () => {
    const visit = await open('/?role=therapist');
    await shows(figure(visit, 'Requests made'), /^2$/);
    await shows(figure(visit, 'If it polled'), /^[3-9]|^\d\d/);
    await shows(figure(visit, 'Requests made'), /^2$/);
  });

  it('has its picture taken', async () => {
    const visit = await open('/', { viewport: { width: 1440, height: 900 } });
    for (const name of ['Operator', 'Driver', 'All three']) {
      await visit.tab(name).click();
      await visit.settled();
    }
    await shows(figure(visit, 'If it polled'), /^([5-9]\d|\d{3,})$/); // a fair while of use
    await visit.row('therapist', 'Greta Solberg').getByRole('button').click();
    await visit.control('Refuse the next action').click();
    await visit.row('operator', 'Noor Haddad').getByRole('button').click();
    await visit.page.getByRole('alert').waitFor();
    await visit.row('driver', 'Greta Solberg').getByRole('button').waitFor();
    await shows(figure(visit, 'Changes heard'), /^[1-9]/);
    const folder = process.env.UPDATE_SCREENSHOT === '1' ? '../../demo/' : '../../build/';
    await mkdir(new URL(folder, import.meta.url), { recursive: true });
    const path = fileURLToPath(new URL(`${folder}screenshot.png`, import.meta.url));
    const picture = await visit.page.screenshot({ path });
    assert.deepEqual([picture.readUInt32BE(16), picture.readUInt32BE(20)], [1440, 900]);
  });
});
