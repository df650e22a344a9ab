import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** @param {string} path from this folder */
const at = (path) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: at('page'),
  plugins: [react()],
  // The package as its users import it, but from this checkout.
  resolve: {
    alias: [
      { find: /^tidemark$/, replacement: at('../js-glue/index.js') },
      { find: /^tidemark\/react$/, replacement: at('../js-glue/react/index.js') },
    ],
  },
  build: {
    outDir: at('../build/demo'),
    emptyOutDir: true,
    target: 'es2023',
    rolldownOptions: { input: [at('page/index.html'), at('page/board.html')] },
  },
});
