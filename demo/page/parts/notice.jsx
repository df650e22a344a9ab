/**
 * A sentence about what went wrong, where it went wrong. Screen readers say it at once.
 *
 * @param {{ children: import('react').ReactNode, onDismiss?: () => void }} props
 */
export function Notice({ children, onDismiss }) {
  return (
    <div className="notice" role="alert">
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
