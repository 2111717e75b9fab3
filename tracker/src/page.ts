/** Short names for the globals of the page: a local name minifies to one letter, a global one does not. */
export const win = window;
export const doc = document;
export const nav = navigator;

/** Milliseconds since 1970. */
export const now = Date.now;

/** Listen in the capture phase, so that a handler of the page cannot hide the event. */
export const listen = (target: EventTarget, type: string, handler: (event: never) => void): void => {
  target.addEventListener(type, handler as EventListener, true);
};

/** The innermost element of an event that matches, also inside of a shadow tree. */
export const elementAt = (event: Event, selector: string): Element | undefined =>
  (event.composedPath() as Element[]).find((node) => node.matches && node.matches(selector));

/** Run `task` when the document has been parsed. */
export const onReady = (task: () => void): void => {
  if (doc.readyState === 'loading') {
    listen(doc, 'DOMContentLoaded', task);
  } else {
    task();
  }
};

let leaving = false;

/** True from the moment the page goes away; timers no longer fire then. */
export const isLeaving = (): boolean => leaving;

/** Run `task` whenever the page goes away. It may come back from the cache of the browser. */
export const onLeave = (task: () => void): void => {
  listen(win, 'pagehide', () => {
    leaving = true;
    task();
  });
  listen(win, 'pageshow', () => {
    leaving = false;
  });
};

export const isHidden = (): boolean => doc.visibilityState === 'hidden';

export const logError = (...message: unknown[]): void => {
  console.error(...message);
};

/** True for everything that has a text form of at least one character (0 included). */
export const hasText = (value: unknown): boolean => `${value == null ? '' : value}`.trim() !== '';

/** A list given as an array, as one string, or as `a|b`. */
export const toList = (value: string | string[]): string[] => (typeof value === 'string' ? value.split('|') : value);

/** Random lower-case hex digits, 16 of them: the format of a visitor id. */
export const randomHex = (): string =>
  [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => (byte + 256).toString(16).slice(1)).join('');
