import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { changeDuringCut, changeInBurst, changeOneByOne } from '../bench/pixels/changes.js';
import { openClinic } from '../bench/pixels/clinic.js';
import { PAGES } from '../bench/pixels/pages.js';

// `./build.sh bench pixels` does the same for longer, and says how long each takes.
describe('a page that the bench compares', () => {
  let clinic;

  before(async () => {
    clinic = await openClinic();
  });
  after(() => clinic.close());

  for (const [name, title] of Object.entries(PAGES)) {
    describe(title, () => {
      let page;

      before(async () => {
        page = await clinic.open(name);
      });
      after(() => page.close());

      it('shows each change', async () => {
        const { missed } = await changeOneByOne(clinic, page, 10);
        assert.equal(missed, 0);
      });

      it('shows the last changes of a burst', async () => {
        const [{ missed }] = await changeInBurst(clinic, [page]);
        assert.equal(missed, 0);
      });

      it('shows what changed while its socket was cut', async () => {
        const [{ missed }] = await changeDuringCut(clinic, [page]);
        assert.equal(missed, 0);
      });
    });
  }
});
