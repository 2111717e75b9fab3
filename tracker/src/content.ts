import { enqueue, send } from './delivery.ts';
import { isTrackedClick } from './links.ts';
import { doc, hasText, listen, onLoad, onReady } from './page.ts';
import { buildRequest, optional, parameter } from './request.ts';
import type { State } from './state.ts';
import type { Api } from './types.ts';

/** Name, piece and target of a content block. */
type Content = [name: string, piece: string, target: string];

/** Fastest search for new blocks, in milliseconds: each one looks at the whole page. */
const RESCAN_MIN_MS = 100;

const UNKNOWN = 'Unknown';
const selector = (attribute: string, name: string): string => `[data-${attribute}],.matomo${name},.piwik${name}`;
const BLOCK = selector('track-content', 'TrackContent');
const PIECE = selector('content-piece', 'ContentPiece');
const TARGET = selector('content-target', 'ContentTarget');
const IGNORE = selector('content-ignoreinteraction', 'ContentIgnoreInteraction');

function find(node: Element, wanted: string): Element | null {
  return node.matches(wanted) ? node : node.querySelector(wanted);
}

const attribute = (node: Element | null, name: string): string => (node && node.getAttribute(name)) || '';

/** URLs of the own host are reported without it, so that names are short. */
function shorten(url: string): string {
  return url.startsWith(`${location.origin}/`) ? url.slice(location.origin.length) : url;
}

function contentOf(block: Element): Content {
  const pieceNode = find(block, PIECE) || block;
  const media = find(pieceNode, 'img,video,audio,source,embed,iframe') as HTMLImageElement | null;
  const targetNode = find(block, TARGET) || block;
  const link = find(targetNode, 'a[href]') as HTMLAnchorElement | null;
  const piece = attribute(find(block, '[data-content-piece]'), 'data-content-piece') || (media && (media.currentSrc || media.src)) || '';
  const name =
    attribute(find(block, '[data-content-name]'), 'data-content-name') ||
    shorten(piece) ||
    attribute(block, 'title') ||
    attribute(pieceNode, 'title') ||
    attribute(targetNode, 'title');
  const target = attribute(find(block, '[data-content-target]'), 'data-content-target') || (link ? shorten(link.href) : '');
  return [name || UNKNOWN, piece || UNKNOWN, target];
}

function action([name, piece, target]: Content, interaction?: string): string {
  return optional('c_i', interaction) + parameter('c_n', name) + parameter('c_p', piece) + optional('c_t', target);
}

function trackInteraction(t: State, content: Content, interaction: string): void {
  send(t, [buildRequest(t, `${action(content, interaction).slice(1)}&ca=1`, null, 'contentInteraction')]);
}

function trackImpression(t: State, content: Content): void {
  const request = `${action(content).slice(1)}&ca=1`;
  // The same content is counted once per page view.
  if (!t.seenContent_.includes(request)) {
    t.seenContent_.push(request);
    enqueue(t, buildRequest(t, request, null, 'contentImpressions'));
  }
}

/** The content that a click on `node` interacts with. */
function clicked(node: Element): Content | undefined {
  const block = node.closest(BLOCK);
  if (!block || find(block, IGNORE)) {
    return undefined;
  }
  const target = find(block, TARGET) || find(block, 'a[href]') || block;
  return target.contains(node) ? contentOf(block) : undefined;
}

/** Report clicks on content blocks, once it is known that the page has some. */
function watchClicks(t: State): void {
  if (t.contentAt_) {
    return;
  }
  t.contentAt_ = (node) => {
    const content = clicked(node);
    return content ? action(content, 'click') : '';
  };
  listen(doc, 'click', (event: MouseEvent) => {
    const node = event.composedPath()[0];
    const content = node instanceof Element && clicked(node);
    // A reported link carries its content with it.
    if (content && !isTrackedClick(t, event)) {
      trackInteraction(t, content, 'click');
    }
  });
}

const blocksIn = (node: Element): Element[] => (node.matches(BLOCK) ? [node] : []).concat(Array.from(node.querySelectorAll(BLOCK)));

function trackWithin(t: State, node: Element): void {
  watchClicks(t);
  blocksIn(node).forEach((block) => trackImpression(t, contentOf(block)));
}

/** Report blocks when they come into view; `rescan_ms` finds those that are added later. */
function trackVisible(t: State, onScroll?: boolean, rescan_ms = 750): void {
  watchClicks(t);
  const known = new Set<Element>();
  const observer = new IntersectionObserver((entries) => {
    entries.forEach((entry) => {
      if (entry.isIntersecting) {
        observer.unobserve(entry.target);
        trackImpression(t, contentOf(entry.target));
      } else if (onScroll === false && !rescan_ms) {
        observer.unobserve(entry.target);
      }
    });
  });
  const scan = () =>
    blocksIn(doc.documentElement).forEach((block) => {
      if (!known.has(block)) {
        known.add(block);
        observer.observe(block);
      }
    });
  scan();
  if (rescan_ms) {
    setInterval(scan, Math.max(rescan_ms, RESCAN_MIN_MS));
  }
}

export function contentMethods(t: State): Api {
  return {
    trackAllContentImpressions: () => onReady(() => trackWithin(t, doc.documentElement)),
    trackVisibleContentImpressions: (onScroll?: boolean, rescan_ms?: number) => onLoad(() => trackVisible(t, onScroll, rescan_ms)),
    trackContentImpressionsWithinNode: (node: Element) => onReady(() => trackWithin(t, node)),
    trackContentImpression(name: string, piece?: string, target?: string) {
      if (hasText(name)) {
        trackImpression(t, [name, piece || UNKNOWN, target || '']);
      }
    },
    trackContentInteraction(interaction: string, name: string, piece?: string, target?: string) {
      if (hasText(interaction) && hasText(name)) {
        trackInteraction(t, [name, piece || UNKNOWN, target || ''], interaction);
      }
    },
    trackContentInteractionNode(node: Element, interaction?: string) {
      const block = node.closest(BLOCK);
      if (block) {
        trackInteraction(t, contentOf(block), interaction || UNKNOWN);
      }
    },
    logAllContentBlocksOnPage: () => onReady(() => console.log(blocksIn(doc.documentElement).map(contentOf))),
  };
}
