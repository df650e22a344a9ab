/**
 * Counts the requests of the page that this one replaces: one that asks again for every list
 * on screen each second. Counted in that page's favour: it asks when a list is put on screen
 * and then after each full second, but not while its browser tab is hidden.
 *
 * @param {{ now?: () => number, page?: Document }} [options] now in milliseconds
 */
export function createPollMeter({ now = () => performance.now(), page = document } = {}) {
  let lists = 0; // on screen now
  let asked = 0; // once for each list put on screen
  let watched = 0; // list-milliseconds on screen in a visible tab
  let since = now();

  /** Adds what went by since the last call, as `visible` as it was then. @param {boolean} visible */
  const settle = (visible) => {
    const time = now();
    if (visible) watched += lists * (time - since);
    since = time;
  };
  const visible = () => page.visibilityState === 'visible';
  page.addEventListener('visibilitychange', () => settle(!visible()));

  return {
    /** Puts a list on screen. @returns {() => void} takes it off */
    watch() {
      settle(visible());
      lists += 1;
      asked += 1;
      return () => {
        settle(visible());
        lists -= 1;
      };
    },
    requests() {
      settle(visible());
      return asked + Math.floor(watched / 1000);
    },
  };
}
