import { useEffect, useRef } from 'react';

/**
 * A sentence about what went wrong, where it went wrong: brought into sight, and said at once by
 * screen readers.
 *
 * @param {{ children: import('react').ReactNode, onDismiss?: () => void }} props
 */
export function Notice({ children, onDismiss }) {
  const box = useRef(/** @type {HTMLDivElement | null} */ (null));
  useEffect(() => {
    box.current?.scrollIntoView({ block: 'nearest' });
  }, []);
  return (
    <div ref={box} className="notice" role="alert">
      <p>{children}</p>
      {onDismiss && (
        <button type="button" className="quiet" onClick={onDismiss} aria-label="Dismiss message">
          <svg viewBox="0 0 10 10" aria-hidden="true">
            <path d="M2 2l6 6M8 2l-6 6" />
          </svg>
        </button>
      )}
    </div>
  );
}
