import { createRoot } from 'react-dom/client';
import { App } from './app.jsx';

const root = /** @type {HTMLElement} */ (document.getElementById('app'));
createRoot(root).render(<App />);
