import { readOwn, writeOwn } from './cookies.ts';
import { hasText, logError, nav, now, randomHex } from './page.ts';
import { sha1 } from './sha1.ts';
import type { State } from './state.ts';
import type { Api } from './types.ts';
import { isIn, placeOf, valueOf, without } from './url.ts';

/** Parameter that carries the visitor id to another domain of the same site. */
export const LINK_PARAMETER = 'pk_vid';

/** [new visitor '1' or '0', visitor id or '', creation time in seconds]. */
export type Visitor = [isNew: string, id: string, created_s: number];

const seconds = (): number => Math.round(now() / 1000);

/** Six digits that both domains compute alike, so that a copied link does not merge two people. */
function deviceId(): string {
  return sha1(nav.userAgent + nav.platform + screen.width + screen.height).slice(0, 6);
}

function idFromLink(t: State): string {
  const [, id, time, device] = /^([\da-f]{16})(\d{10})(.{6})$/.exec(valueOf(t.pageUrl_, LINK_PARAMETER)) || [];
  return id && device === deviceId() && Math.abs(seconds() - +time!) <= t.crossDomainTimeout_ ? id : '';
}

/** The visitor as the next request reports it. */
export function currentVisitor(t: State): Visitor {
  if (t.crossDomain_ && !t.visitorId_) {
    t.visitorId_ = idFromLink(t);
  }
  const [id, created] = readOwn(t, 'id').split('.');
  if (id) {
    return ['0', t.visitorId_ || id, +created! || seconds()];
  }
  if (!t.visitorId_ && !t.cookiesOff_ && nav.cookieEnabled) {
    t.visitorId_ = randomHex();
  }
  return ['1', t.visitorId_, seconds()];
}

/** The cookie ends a fixed time after its creation, however often the visitor comes back. */
export function storeVisitor(t: State): void {
  const [, id, created_s] = currentVisitor(t);
  if (t.siteId_ && id) {
    writeOwn(t, 'id', `${id}.${created_s}.`, created_s * 1000 + t.visitorTimeout_ - now());
  }
}

const linkValue = (t: State): string => currentVisitor(t)[1] + seconds() + deviceId();

/** Add the visitor id to a link to another domain of the site. */
export function passVisitor(t: State, link: HTMLAnchorElement): void {
  const id = currentVisitor(t)[1];
  if (t.crossDomain_ && id && placeOf(link.href).host_ !== t.host_ && isIn(link.href, t.domains_)) {
    const [, url, hash] = /^([^#]*)(.*)$/.exec(without(link.href, (name) => name === LINK_PARAMETER))!;
    link.href = `${url}${url!.includes('?') ? '&' : '?'}${LINK_PARAMETER}=${linkValue(t)}${hash}`;
  }
}

export function visitorMethods(t: State): Api {
  return {
    setUserId(id: string) {
      if (hasText(id)) {
        t.userId_ = `${id}`;
      }
    },
    resetUserId() {
      t.userId_ = '';
    },
    getUserId: () => t.userId_,
    setVisitorId(id: string) {
      if (!/^[\da-f]{16}$/i.test(id)) {
        return logError('setVisitorId needs 16 hexadecimal digits');
      }
      t.visitorId_ = id;
    },
    getVisitorId: () => currentVisitor(t)[1],
    getVisitorInfo: () => currentVisitor(t),
    enableCrossDomainLinking() {
      t.crossDomain_ = true;
    },
    disableCrossDomainLinking() {
      t.crossDomain_ = false;
    },
    isCrossDomainLinkingEnabled: () => t.crossDomain_,
    setCrossDomainLinkingTimeout(timeout_s: number) {
      t.crossDomainTimeout_ = timeout_s;
    },
    getCrossDomainLinkingUrlParameter: () => `${LINK_PARAMETER}=${linkValue(t)}`,
  };
}
