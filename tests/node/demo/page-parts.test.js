import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { onlineManager } from 'tidemark';
import { ACTIONS } from '../../../demo/page/actions.js';
import { ApiError, sentenceFor } from '../../../demo/page/errors.js';
import { createPollMeter } from '../../../demo/page/poll-meter.js';

describe('an optimistic change', () => {
  const operator = { id: 3, name: 'Marisol Vega', role: 'operator', clinicId: 1 };
  const [appointments, journeys] = ACTIONS.start.optimistic(operator);

  it('changes the row acted on and no other', () => {
    const rows = [
      { id: 4, status: 'confirmed', version: 1, changedBy: null },
      { id: 5, status: 'confirmed', version: 1, changedBy: null },
    ];
    assert.deepEqual(appointments.update(rows, { id: 4, appointmentId: 4 }), [
      { id: 4, status: 'in_progress', version: 1, changedBy: 3 },
      rows[1],
    ]);
  });

  it('leaves a row alone that somebody else has moved on', () => {
    const rows = [{ id: 4, status: 'cancelled', version: 2, changedBy: 9 }];
    assert.deepEqual(appointments.update(rows, { id: 4, appointmentId: 4 }), rows);
  });

  it('reaches every list that the action changes', () => {
    const rows = [{ id: 7, appointmentId: 4, status: 'under_way', version: 1, changedBy: 4 }];
    const [journey] = journeys.update(rows, { id: 4, appointmentId: 4 });
    assert.equal(journey.status, 'arrived');
  });

  it('makes nothing of a list that was never loaded', () =>
    assert.equal(appointments.update(undefined, { id: 4, appointmentId: 4 }), undefined));
});

describe('the sentence for an error', () => {
  it('is the server’s own where it refused', () =>
    assert.equal(sentenceFor(new ApiError(409, 'Too late.')), 'Too late.'));

  it('says that nothing was sent while the page is offline', (t) => {
    t.after(() => onlineManager.setOnline(true));
    onlineManager.setOnline(false);
    assert.match(sentenceFor(new TypeError('Failed to fetch')), /^You are offline, so nothing/);
  });

  for (const [what, error, sentence] of [
    ['no connection', new TypeError('fetch failed'), /^The clinic’s server cannot be reached/],
    ['no answer', new DOMException('', 'TimeoutError'), /^The clinic’s server did not answer/],
    ['a broken server', new ApiError(502), /^The clinic’s server has a problem/],
    ['our server broken', new ApiError(500, 'Nothing was changed.'), /^Nothing was changed/],
    ['anything else', 'a string', /^Something unexpected/],
  ]) {
    it(`speaks of the right thing: ${what}`, () => assert.match(sentenceFor(error), sentence));
  }
});

describe('the meter of a polling page', () => {
  const start = () => {
    let time = 0;
    const page = new EventTarget();
    page.visibilityState = 'visible';
    const meter = createPollMeter({ now: () => time, page });
    return {
      meter,
      pass: (ms) => {
        time += ms;
      },
      turn: (state) => {
        page.visibilityState = state;
        page.dispatchEvent(new Event('visibilitychange'));
      },
    };
  };

  it('counts one request for a list when it is put on screen', () => {
    const { meter } = start();
    meter.watch();
    assert.equal(meter.requests(), 1);
  });

  it('counts one more for each list and full second', () => {
    const { meter, pass } = start();
    meter.watch();
    meter.watch();
    pass(2999);
    assert.equal(meter.requests(), 2 + 5);
  });

  it('counts nothing while no list is on screen', () => {
    const { meter, pass } = start();
    const leave = meter.watch();
    pass(1000);
    leave();
    pass(60_000);
    assert.equal(meter.requests(), 2);
  });

  it('counts nothing while the tab is hidden', () => {
    const { meter, pass, turn } = start();
    meter.watch();
    pass(1000);
    turn('hidden');
    pass(60_000);
    turn('visible');
    pass(1000);
    assert.equal(meter.requests(), 3);
  });
});
