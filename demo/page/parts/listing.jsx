import { sentenceFor } from '../errors.js';
import { Notice } from './notice.jsx';
import { Skeleton } from './skeleton.jsx';

/**
 * The body of a dashboard: a summary and rows, or what stands in their place while there are
 * none yet. Data that could not be brought up to date stays, with a sentence that says so.
 *
 * @param {{
 *   queries: { data: any, error: unknown, isPending: boolean, isFetching: boolean, refetch: () => unknown }[],
 *   summary: string, label: string, children: import('react').ReactNode,
 * }} props
 */
export function Listing({ queries, summary, label, children }) {
  const error = queries.find((query) => query.error)?.error;
  const complete = queries.every((query) => query.data !== undefined);
  const retry = () => queries.filter((query) => query.error).map((query) => query.refetch());
  return (
    <>
      {Boolean(error) && (
        <div className="failed">
          <Notice>
            {complete ? 'This list may be out of date. ' : ''}
            {sentenceFor(error)}
          </Notice>
          <button type="button" className="action secondary" onClick={retry}>
            Load again
          </button>
        </div>
      )}
      {!complete && !error && <Skeleton rows={6} />}
      {complete && (
        <>
          <p className="summary" role="status">
            {summary}
          </p>
          <ul className="rows" aria-label={label}>
            {children}
          </ul>
        </>
      )}
    </>
  );
}
