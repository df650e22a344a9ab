import { useLayoutEffect, useRef } from 'react';

/**
 * A button that says what it is doing. While busy it stays focusable, so that a keyboard user
 * is not thrown out; when it goes, its row takes the focus over.
 *
 * @param {{
 *   label: string, busyLabel: string, busy: boolean,
 *   describedBy: string, onPress: () => void, quiet?: boolean,
 * }} props describedBy: the id of what the action is about
 */
export function ActionButton({ label, busyLabel, busy, describedBy, onPress, quiet }) {
  const button = useRef(/** @type {HTMLButtonElement | null} */ (null));
  useLayoutEffect(() => {
    const element = button.current;
    const row = /** @type {HTMLElement | null | undefined} */ (element?.closest('.row'));
    return () => {
      if (document.activeElement === element) row?.focus();
    };
  }, []);

  return (
    <button
      ref={button}
      type="button"
      className={quiet ? 'action secondary' : 'action'}
      aria-disabled={busy}
      aria-busy={busy}
      aria-describedby={describedBy}
      onClick={busy ? undefined : onPress}
    >
      {busy && <span className="spinner" aria-hidden="true" />}
      {busy ? busyLabel : label}
    </button>
  );
}
