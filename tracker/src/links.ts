import { trackLink } from './actions.ts';
import { doc, listen, toList } from './page.ts';
import type { State } from './state.ts';
import type { Api } from './types.ts';
import { isIn } from './url.ts';
import { passVisitor } from './visitor.ts';

const hasClass = (link: Element, kind: string, more: string[]): boolean =>
  ['matomo', 'piwik'].some((brand) => link.classList.contains(`${brand}_${kind}`) || link.classList.contains(`${brand}-${kind}`)) ||
  more.some((name) => link.classList.contains(name));

/** 'link', 'download' or '' for a link that is not reported. */
function typeOf(t: State, link: HTMLAnchorElement): string {
  if (/^(\w*script|mocha|mailto|tel|blob|data):/i.test(link.href) || hasClass(link, 'ignore', t.ignoreClasses_)) {
    return '';
  }
  if (hasClass(link, 'link', t.linkClasses_)) {
    return 'link';
  }
  const isDownload =
    hasClass(link, 'download', t.downloadClasses_) ||
    link.hasAttribute('download') ||
    new RegExp(`\\.(${t.downloadExtensions_.join('|')})([?&#]|$)`, 'i').test(link.href);
  return isDownload ? 'download' : isIn(link.href, t.domains_) ? '' : 'link';
}

/** The link that an event happened on, also inside of a shadow tree. */
function anchorAt(event: Event): HTMLAnchorElement | null {
  const node = event.composedPath()[0];
  const link = node instanceof Element ? (node.closest('a[href],area[href]') as HTMLAnchorElement | null) : null;
  // Links inside of SVG have no text here.
  return link && typeof link.href === 'string' ? link : null;
}

/** Whether link tracking reports this click. */
export function isTrackedClick(t: State, event: Event): boolean {
  const link = anchorAt(event);
  return t.linksOn_ && !!link && !!typeOf(t, link);
}

function watch(t: State, target: EventTarget, everyButton: boolean): void {
  const follow = (event: MouseEvent) => {
    const link = anchorAt(event);
    // A right click is an auxiliary click too; its menu has an event of its own.
    if (!link || (event.type === 'auxclick' && event.button !== 1)) {
      return;
    }
    passVisitor(t, link);
    const type = typeOf(t, link);
    if (type) {
      trackLink(t, link.href, type, null, null, t.contentAt_ && t.contentAt_(link));
    }
  };
  listen(target, 'click', follow);
  if (everyButton) {
    listen(target, 'auxclick', follow);
    listen(target, 'contextmenu', follow);
  }
}

export function linkMethods(t: State): Api {
  return {
    enableLinkTracking(everyButton?: boolean) {
      if (!t.linksOn_) {
        t.linksOn_ = true;
        watch(t, doc, everyButton !== false);
      }
    },
    addListener: (element: Element, everyButton?: boolean) => watch(t, element, everyButton !== false),
    // Beacons and image requests outlive the page: the time is kept for scripts that read it back.
    setLinkTrackingTimer(delay_ms: number) {
      t.linkTimer_ = delay_ms;
    },
    getLinkTrackingTimer: () => t.linkTimer_,
    setDownloadExtensions(list: string | string[]) {
      t.downloadExtensions_ = toList(list);
    },
    addDownloadExtensions(list: string | string[]) {
      t.downloadExtensions_ = t.downloadExtensions_.concat(toList(list));
    },
    removeDownloadExtensions(list: string | string[]) {
      t.downloadExtensions_ = t.downloadExtensions_.filter((extension) => !toList(list).includes(extension));
    },
    setIgnoreClasses(list: string | string[]) {
      t.ignoreClasses_ = toList(list);
    },
    setDownloadClasses(list: string | string[]) {
      t.downloadClasses_ = toList(list);
    },
    setLinkClasses(list: string | string[]) {
      t.linkClasses_ = toList(list);
    },
  };
}
