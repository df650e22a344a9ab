/**
 * Which dashboards the page shows. The address says it too, so that each view can be opened
 * in its own browser tab, bookmarked and reloaded.
 */
import { useCallback, useEffect, useState } from 'react';

export const VIEWS = [
  { id: 'therapist', label: 'Therapist', address: '/?role=therapist' },
  { id: 'operator', label: 'Operator', address: '/?role=operator' },
  { id: 'driver', label: 'Driver', address: '/?role=driver' },
  { id: 'all', label: 'All three', address: '/?view=all' },
];

/** @returns {string} the id of the view that the address names, or of the first */
function viewInAddress() {
  const search = new URLSearchParams(location.search);
  const named = search.get('view') ?? search.get('role');
  return VIEWS.find((view) => view.id === named)?.id ?? VIEWS[0].id;
}

/** @returns {[string, (id: string) => void]} */
export function useView() {
  const [view, setView] = useState(viewInAddress);
  useEffect(() => {
    const follow = () => setView(viewInAddress());
    addEventListener('popstate', follow);
    return () => removeEventListener('popstate', follow);
  }, []);
  const choose = useCallback((/** @type {string} */ id) => {
    history.replaceState(null, '', VIEWS.find((view) => view.id === id)?.address);
    setView(id);
  }, []);
  return [view, choose];
}
