// First of all, so that the styles of parts come after it.
import './design/base.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { I18nProvider, RouterProvider } from 'react-aria-components';
import { useLocation } from 'wouter';
import { queryClient } from './api/client';
import { App } from './app';
import { applyPreferences } from './lib/preferences';

applyPreferences();

function Root() {
  const [, navigate] = useLocation();
  return (
    <RouterProvider navigate={navigate}>
      <App />
    </RouterProvider>
  );
}

const root = document.getElementById('root');
if (!root) throw new Error('the page has no place for the application');
createRoot(root).render(
  <StrictMode>
    <I18nProvider locale={navigator.language}>
      <QueryClientProvider client={queryClient}>
        <Root />
      </QueryClientProvider>
    </I18nProvider>
  </StrictMode>,
);
