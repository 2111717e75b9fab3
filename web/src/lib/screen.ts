import { useCallback, useLayoutEffect, useRef, useState, useSyncExternalStore } from 'react';

function useMedia(media: MediaQueryList | undefined): boolean {
  const subscribe = useCallback(
    (listener: () => void) => {
      media?.addEventListener('change', listener);
      return () => media?.removeEventListener('change', listener);
    },
    [media],
  );
  return useSyncExternalStore(subscribe, () => media?.matches ?? false);
}

const mediaOf = (query: string): MediaQueryList | undefined => (typeof matchMedia === 'undefined' ? undefined : matchMedia(query));
const phone = mediaOf('screen and (max-width: 720px)');
const print = mediaOf('print');

/** True on screens too narrow for tables: they become lists. */
export const usePhone = (): boolean => useMedia(phone);

/** True while the page is drawn for paper. */
export const usePrint = (): boolean => useMedia(print);

/** The width in CSS pixels of an element, for charts that draw to scale. */
export function useWidth<E extends HTMLElement>(): { ref: React.RefObject<E | null>; width_px: number } {
  const ref = useRef<E>(null);
  const [width_px, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return undefined;
    setWidth(element.clientWidth);
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return { ref, width_px };
}

export function useTitle(title: string): void {
  useLayoutEffect(() => {
    document.title = `${title} · Makoto`;
  }, [title]);
}
