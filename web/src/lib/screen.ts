import { useLayoutEffect, useRef, useState, useSyncExternalStore } from 'react';

const phone = typeof matchMedia === 'undefined' ? undefined : matchMedia('(max-width: 720px)');

function subscribe(listener: () => void): () => void {
  phone?.addEventListener('change', listener);
  return () => phone?.removeEventListener('change', listener);
}

/** True on screens too narrow for tables: they become lists. */
export const usePhone = (): boolean => useSyncExternalStore(subscribe, () => phone?.matches ?? false);

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
