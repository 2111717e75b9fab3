import { trackLink } from './actions.ts';
import { doc, elementAt, listen, toList } from './page.ts';
import type { State } from './state.ts';
import type { Api } from './types.ts';
import { isOwn } from './url.ts';

const hasClass = (link: Element, kind: string, more: string[]): boolean =>
  new RegExp(`(^| )(${[`(matomo|piwik)[_-]${kind}`, ...more].join('|')})( |$)`).test(link.className);

/** 'link', 'download' or '' for a link that is not reported. */
const typeOf = (t: State, link: HTMLAnchorElement): string => {
  if (/^(\w*script|mailto|tel|blob|data):/i.test(link.href) || hasClass(link, 'ignore', t.IgnoreClasses)) {
    return '';
  }
  if (hasClass(link, 'link', t.LinkClasses)) {
    return 'link';
  }
  const isDownload =
    hasClass(link, 'download', t.DownloadClasses) ||
    link.hasAttribute('download') ||
    new RegExp(`\\.(${t.DownloadExtensions.join('|')})([?&#]|$)`, 'i').test(link.href);
  return isDownload ? 'download' : isOwn(t, link.href) ? '' : 'link';
};

const watch = (t: State, target: EventTarget, everyButton?: boolean): void => {
  const follow = (event: MouseEvent) => {
    const link = elementAt(event, 'a[href],area[href]') as HTMLAnchorElement | undefined;
    // A right click is an auxiliary click too; its menu has an event of its own.
    const isOther = event.type === 'auxclick' && event.button !== 1;
    // The address of a link inside of SVG is no string; such links are not reported.
    const type = link && !isOther && typeof link.href === 'string' && typeOf(t, link);
    if (type) {
      trackLink(t, link.href, type);
    }
  };
  listen(target, 'click', follow);
  if (everyButton !== false) {
    listen(target, 'auxclick', follow);
    listen(target, 'contextmenu', follow);
  }
};

export const linkMethods = (t: State): Api => {
  return {
    enableLinkTracking(everyButton?: boolean) {
      if (!t.linksOn_) {
        t.linksOn_ = true;
        watch(t, doc, everyButton);
      }
    },
    addListener: (element: Element, everyButton?: boolean) => watch(t, element, everyButton),
    addDownloadExtensions(list: string | string[]) {
      t.DownloadExtensions = t.DownloadExtensions.concat(toList(list));
    },
    removeDownloadExtensions(list: string | string[]) {
      t.DownloadExtensions = t.DownloadExtensions.filter((extension) => !toList(list).includes(extension));
    },
  };
};
