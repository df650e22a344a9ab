import { useEffect, useState, useSyncExternalStore } from 'react';
import { useOpenDesks } from './desks.js';
import { sentenceFor } from './errors.js';
import { Notice } from './parts/notice.jsx';
import { flip, SLOW_BY, switches } from './switches.js';

/** Seconds for which the control keeps every socket cut. */
const CUT_FOR = 8;

/** Ways to make things go wrong, so that anybody can watch them come right again. */
export function Controls() {
  const { refuseNext, slow, offline } = useSyncExternalStore(switches.subscribe, switches.get);
  const api = useOpenDesks()[0]?.api;
  const [error, setError] = useState(/** @type {string | null} */ (null));
  const [resetting, setResetting] = useState(false);
  const [cutLeft, startCut] = useCountdown();

  /** @param {() => Promise<unknown>} work */
  const attempt = async (work) => {
    setError(null);
    try {
      await work();
    } catch (reason) {
      setError(sentenceFor(reason));
    }
  };
  const cut = () =>
    attempt(async () => {
      await api.post('/demo/cut', { seconds: CUT_FOR });
      startCut(CUT_FOR);
    });
  const switchNetwork = () => {
    setError(null); // it may have been about the network
    flip({ offline: !offline });
  };
  const reset = async () => {
    setResetting(true);
    await attempt(() => api.post('/demo/reset'));
    setResetting(false);
  };

  return (
    <section className="card controls" aria-labelledby="controls-heading">
      <h2 id="controls-heading">Make it go wrong</h2>
      <div className="switches">
        <Switch
          label="Refuse the next action"
          on={refuseNext}
          onFlip={() => flip({ refuseNext: !refuseNext })}
        />
        <Switch
          label={`Slow the server (${SLOW_BY / 1000} s)`}
          on={slow}
          onFlip={() => flip({ slow: !slow })}
        />
        <Switch label="Go offline" on={offline} onFlip={switchNetwork} />
        <Button idle={Boolean(api) && cutLeft === 0} onPress={cut}>
          {cutLeft > 0 ? `Socket cut, back in ${cutLeft} s` : `Cut the socket (${CUT_FOR} s)`}
        </Button>
        <Button idle={Boolean(api) && !resetting} onPress={reset}>
          Start the day again
        </Button>
      </div>
      {error && <Notice onDismiss={() => setError(null)}>{error}</Notice>}
    </section>
  );
}

/** @param {{ idle: boolean, onPress: () => void, children: import('react').ReactNode }} props */
function Button({ idle, onPress, children }) {
  return (
    <button
      type="button"
      className="control"
      aria-disabled={!idle}
      onClick={idle ? onPress : undefined}
    >
      {children}
    </button>
  );
}

/** @param {{ label: string, on: boolean, onFlip: () => void }} props */
function Switch({ label, on, onFlip }) {
  return (
    <button type="button" className="control" role="switch" aria-checked={on} onClick={onFlip}>
      <span className="knob" aria-hidden="true" />
      {label}
    </button>
  );
}

/** @returns {[number, (seconds: number) => void]} whole seconds left, and how to start anew */
function useCountdown() {
  const [left, setLeft] = useState(0);
  useEffect(() => {
    if (left === 0) return;
    const timer = setTimeout(() => setLeft(left - 1), 1000);
    return () => clearTimeout(timer);
  }, [left]);
  return [left, setLeft];
}
