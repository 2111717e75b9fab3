import { matomo } from './matomo.ts';
import { logError, win } from './page.ts';
import { trackers } from './queue.ts';

const start = (): void => {
  win.Matomo = win.Piwik = win.AnalyticsTracker = matomo;
  (['piwikPlugin', 'matomoPlugin', 'piwik', 'matomo'] as const).forEach((name) => {
    // Each is a function, a list of functions, or missing.
    ([] as unknown[]).concat(win[`${name}AsyncInit`]).forEach((init) => typeof init === 'function' && init());
  });
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
