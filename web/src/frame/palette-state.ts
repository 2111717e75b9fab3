import { useSyncExternalStore } from 'react';

type Overlay = 'palette' | 'help' | undefined;

let shown: Overlay;
const listeners = new Set<() => void>();

function show(overlay: Overlay): void {
  shown = overlay;
  for (const listener of listeners) listener();
}

export const openPalette = (): void => show('palette');
export const openHelp = (): void => show('help');
export const closeOverlay = (): void => show(undefined);

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const useOverlay = (): Overlay => useSyncExternalStore(subscribe, () => shown);
