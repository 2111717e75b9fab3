import { cookieFlag } from './cookies.ts';
import { nav } from './page.ts';
import type { State } from './state.ts';

let hints = '';
let settled: Promise<void> | undefined;
let isSettled = !nav.userAgentData;

/**
 * Ask the browser, once per page, for the parts of its name that are no longer in the
 * User-Agent header. Returns false while the answer is missing; `then` runs when it is there.
 */
export const hasHints = (t: State, then: () => void): boolean => {
  if (isSettled || !t.BrowserFeatureDetection) {
    return true;
  }
  const done = () => {
    isSettled = true;
  };
  settled =
    settled ||
    nav
      .userAgentData!.getHighEntropyValues(['model', 'platformVersion', 'fullVersionList', 'formFactors'])
      .then((values) => {
        if (values.fullVersionList) {
          delete values.brands;
        }
        hints = `&uadata=${encodeURIComponent(JSON.stringify(values))}`;
      })
      .then(done, done);
  settled.then(then);
  return false;
};

/** Screen size, plugins and client hints as parameters. Plugins other than PDF no longer exist. */
export const featureParameters = (t: State): string => {
  const pdf = nav.pdfViewerEnabled ? 1 : 0;
  return !t.BrowserFeatureDetection
    ? ''
    : `&pdf=${pdf}&qt=0&realp=0&wma=0&fla=0&java=0&ag=0&cookie=${cookieFlag(t)}&res=${screen.width}x${screen.height}${hints}`;
};
