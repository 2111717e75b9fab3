import { readOwn, writeOwn } from './cookies.ts';
import { logError, nav, now, randomHex } from './page.ts';
import type { State } from './state.ts';
import type { Api } from './types.ts';

/** [new visitor '1' or '0', visitor id or '', creation time in seconds]. */
export type Visitor = [isNew: string, id: string, created_s: number];

/** Seconds since 1970. */
export const seconds = (): number => Math.round(now() / 1000);

/** The visitor as the next request reports it. */
export const currentVisitor = (t: State): Visitor => {
  const [id, created] = readOwn(t, 'id').split('.');
  if (id) {
    return ['0', t.visitorId_ || id, +created! || seconds()];
  }
  if (!t.visitorId_ && !t.cookiesOff_ && nav.cookieEnabled) {
    t.visitorId_ = randomHex();
  }
  return ['1', t.visitorId_ || '', seconds()];
};

/** The cookie ends a fixed time after its creation, however often the visitor comes back. */
export const storeVisitor = (t: State): void => {
  const [, id, created_s] = currentVisitor(t);
  if (t.SiteId && id) {
    writeOwn(t, 'id', `${id}.${created_s}.`, created_s + t.VisitorCookieTimeout - seconds());
  }
};

export const visitorMethods = (t: State): Api => {
  return {
    resetUserId() {
      t.UserId = '';
    },
    setVisitorId(id: string) {
      if (!/^[\da-f]{16}$/i.test(id)) {
        return logError('setVisitorId needs 16 hex digits');
      }
      t.visitorId_ = id;
    },
    getVisitorId: () => currentVisitor(t)[1],
    getVisitorInfo: () => currentVisitor(t),
  };
};
