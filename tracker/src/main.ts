import { matomo } from './matomo.ts';
import { logError, onLeave, onLoad, win } from './page.ts';
import { runPlugins } from './plugins.ts';
import { trackers } from './queue.ts';

function callAll(value: unknown): void {
  (Array.isArray(value) ? value : [value]).forEach((item) => {
    if (typeof item === 'function') {
      item();
    }
  });
}

function start(): void {
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
        push: (command: unknown) => logError('no tracker is set up: fill _paq before the script loads, or call Matomo.addTracker', command),
      };
    }
  }
  matomo.initialized = true;
  matomo.trigger('MatomoInitialized');
  onLoad(() => runPlugins('load', {}));
  onLeave(() => runPlugins('unload', {}));
}

// A page that loads the script twice keeps the first one with its trackers.
if (!win.Matomo) {
  start();
}
