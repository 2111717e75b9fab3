// First of all, so that the styles of parts come after it.
import '../design/base.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { PublicApp } from './app';

const root = document.getElementById('root');
if (!root) throw new Error('the page has no place for the reports');
createRoot(root).render(
  <StrictMode>
    <PublicApp />
  </StrictMode>,
);
