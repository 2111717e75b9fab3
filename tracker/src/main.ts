import { matomo } from './matomo.ts';
import { logError, win } from './page.ts';
import { trackers } from './queue.ts';

const callAll = (value: unknown): void => {
  (Array.isArray(value) ? value : [value]).forEach((item) => {
    if (typeof item === 'function') {
      item();
    }
  });
};

const start = (): void => {
  win.Matomo = win.Piwik = win.AnalyticsTracker = matomo;
  callAll(win.piwikPluginAsyncInit);
  callAll(win.matomoPluginAsyncInit);
  callAll(win.piwikAsyncInit);
  callAll(win.matomoAsyncInit);
  if (!trackers.length) {
    if (Array.isArray(win._paq) && win._paq.length) {
      matomo.addTracker();
    } else {
      win._paq = {
        push: (command: unknown) => logError('_paq: call Matomo.addTracker first', command),
      };
    }
  }
  matomo.initialized = true;
  matomo.trigger('MatomoInitialized');
};

// A page that loads the script twice keeps the first one with its trackers.
if (!win.Matomo) {
  start();
}
