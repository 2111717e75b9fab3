import { track, whenSeen } from './actions.ts';
import { enqueue } from './delivery.ts';
import { doc, elementAt, hasText, listen, onReady } from './page.ts';
import { buildRequest } from './request.ts';
import type { State } from './state.ts';
import type { Api } from './types.ts';
import { optional, parameter } from './url.ts';

const UNKNOWN = 'Unknown';
const selector = (attribute: string, name: string): string => `[data-${attribute}],.matomo${name},.piwik${name}`;
const BLOCK = selector('track-content', 'TrackContent');
const PIECE = selector('content-piece', 'ContentPiece');
const TARGET = selector('content-target', 'ContentTarget');
const IGNORE = selector('content-ignoreinteraction', 'ContentIgnoreInteraction');
const LINK = 'a[href]';

const find = (node: Element, wanted: string): Element | null => (node.matches(wanted) ? node : node.querySelector(wanted));

/** Request part that names a content. URLs of the own host are reported without it, so that names are short. */
const content = (name?: string, piece?: string, target?: string): string => {
  const shorten = (url = '') => url.replace(`${location.origin}/`, '/');
  return parameter('c_n', name || shorten(piece) || UNKNOWN) + parameter('c_p', piece || UNKNOWN) + optional('c_t', shorten(target));
};

/** Name, piece and target as the attributes of a block say, else what can be seen of it. */
const contentOf = (block: Element): string => {
  const value = (name: string) => {
    const node = find(block, `[data-content-${name}]`);
    return node ? node.getAttribute(`data-content-${name}`) || '' : '';
  };
  const media = find(find(block, PIECE) || block, 'img,video,audio,embed,iframe') as HTMLImageElement | null;
  const link = find(find(block, TARGET) || block, LINK) as HTMLAnchorElement | null;
  return content(
    value('name') || (!media && block.getAttribute('title')) || '',
    value('piece') || (media ? media.currentSrc || media.src : ''),
    value('target') || (link ? link.href : ''),
  );
};

const trackInteraction = (t: State, part: string, interaction = UNKNOWN): void =>
  track(t, () => `${parameter('c_i', interaction) + part}&ca=1`, null, null, 'contentInteraction');

const trackImpression = (t: State, part: string): void =>
  whenSeen(t, () => {
    // The same content is counted once per page view.
    if (!t.seenContent_.includes(part)) {
      t.seenContent_.push(part);
      enqueue(t, buildRequest(t, `${part}&ca=1`, null, 'contentImpressions'));
    }
  });

/** Report clicks on the target of a content block, once it is known that the page has some. */
const watchClicks = (t: State): void => {
  if (!t.contentOn_) {
    t.contentOn_ = true;
    listen(doc, 'click', (event: MouseEvent) => {
      const block = elementAt(event, BLOCK);
      if (block && !find(block, IGNORE) && (find(block, TARGET) || find(block, LINK) || block).contains(event.composedPath()[0] as Node)) {
        trackInteraction(t, contentOf(block), 'click');
      }
    });
  }
};

const blocksIn = (node: Element): Element[] => [...(node.matches(BLOCK) ? [node] : []), ...node.querySelectorAll(BLOCK)];

const trackWithin = (t: State, node = doc.documentElement): void =>
  onReady(() => {
    watchClicks(t);
    blocksIn(node).forEach((block) => trackImpression(t, contentOf(block)));
  });

export const contentMethods = (t: State): Api => ({
  trackAllContentImpressions: () => trackWithin(t),
  trackContentImpressionsWithinNode: (node: HTMLElement) => trackWithin(t, node),
  trackContentImpression: (name: string, piece?: string, target?: string) => hasText(name) && trackImpression(t, content(name, piece, target)),
  trackContentInteraction: (interaction: string, name: string, piece?: string, target?: string) =>
    hasText(interaction) && hasText(name) && trackInteraction(t, content(name, piece, target), interaction),
  trackContentInteractionNode(node: Element, interaction?: string) {
    const block = node.closest(BLOCK);
    if (block) {
      trackInteraction(t, contentOf(block), interaction);
    }
  },
});
