import { Controls } from './controls.jsx';
import { Dashboard } from './dashboard.jsx';
import { Figures } from './figures.jsx';
import { Tabs } from './parts/tabs.jsx';
import { useView, VIEWS } from './view.js';

const ROLES = ['therapist', 'operator', 'driver'];

const today = new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long' });

export function App() {
  const [view, choose] = useView();
  const shown = view === 'all' ? ROLES : [view];
  return (
    <div className="page" data-view={view === 'all' ? 'all' : 'one'}>
      <header className="masthead">
        <Mark />
        <div>
          <h1>Harbour Lane Clinic</h1>
          <p>{today.format(new Date())} · a demo of tidemark</p>
        </div>
        <nav aria-label="Also here">
          <a href="/board.html" target="_blank" rel="noreferrer">
            Waiting-room board
          </a>
        </nav>
      </header>
      <Tabs label="Dashboards" tabs={VIEWS} selected={view} onSelect={choose} panel="dashboards" />
      <main>
        <div id="dashboards" role="tabpanel" aria-labelledby={`tab-${view}`} className="dashboards">
          {shown.map((role) => (
            <Dashboard key={role} role={role} />
          ))}
        </div>
      </main>
      <aside className="workbench" aria-label="Try it out">
        <Controls />
        <Figures />
      </aside>
    </div>
  );
}

function Mark() {
  return (
    <svg className="mark" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" />
      <path d="M6 13c3.3-3.6 6.7-3.6 10 0s6.7 3.6 10 0" />
      <path d="M6 21c3.3-3.6 6.7-3.6 10 0s6.7 3.6 10 0" opacity=".55" />
    </svg>
  );
}
