/**
 * Tabs as the ARIA pattern has them: one stop in the tab order; arrows, Home and End move and
 * select at once.
 *
 * @param {{
 *   label: string,
 *   tabs: { id: string, label: string }[],
 *   selected: string,
 *   onSelect: (id: string) => void,
 *   panel: string,
 * }} props panel: the id of the one panel whose content changes
 */
export function Tabs({ label, tabs, selected, onSelect, panel }) {
  /** @param {import('react').KeyboardEvent} event */
  const onKeyDown = (event) => {
    const at = tabs.findIndex((tab) => tab.id === selected);
    const to = destination(event.key, at, tabs.length);
    if (to === undefined) return;
    event.preventDefault();
    onSelect(tabs[to].id);
    document.getElementById(`tab-${tabs[to].id}`)?.focus();
  };

  return (
    <div className="tabs" role="tablist" aria-label={label} onKeyDown={onKeyDown}>
      {tabs.map((tab) => (
        <button
          key={tab.id}
          type="button"
          role="tab"
          id={`tab-${tab.id}`}
          aria-selected={tab.id === selected}
          aria-controls={panel}
          tabIndex={tab.id === selected ? 0 : -1}
          onClick={() => onSelect(tab.id)}
        >
          {tab.label}
        </button>
      ))}
    </div>
  );
}

/**
 * @param {string} key
 * @param {number} at
 * @param {number} count
 * @returns {number | undefined} the tab that a key leads to, if it leads to one
 */
function destination(key, at, count) {
  switch (key) {
    case 'ArrowRight':
      return (at + 1) % count;
    case 'ArrowLeft':
      return (at + count - 1) % count;
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
  }
}
