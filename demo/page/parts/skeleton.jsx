/**
 * What stands where rows will be.
 *
 * @param {{ rows: number }} props
 */
export function Skeleton({ rows }) {
  return (
    <div className="skeleton" aria-busy="true">
      <p className="sr-only">Loading…</p>
      {Array.from({ length: rows }, (_, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows are alike and never move
        <span key={i} />
      ))}
    </div>
  );
}
