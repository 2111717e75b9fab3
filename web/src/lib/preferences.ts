import { useSyncExternalStore } from 'react';

/** Choices about this browser only; everything else is in the address or on the server. */
export interface Preferences {
  readonly theme: 'system' | 'light' | 'dark';
  readonly density: 'comfortable' | 'compact';
  readonly rail: 'open' | 'icons';
}

const storageKey = 'makoto.preferences';
const defaults: Preferences = { theme: 'system', density: 'comfortable', rail: 'open' };

function stored(): Preferences {
  try {
    return { ...defaults, ...(JSON.parse(localStorage.getItem(storageKey) ?? '{}') as Partial<Preferences>) };
  } catch {
    // Storage may be forbidden or hold something else: the defaults always work.
    return defaults;
  }
}

let current = typeof localStorage === 'undefined' ? defaults : stored();
const listeners = new Set<() => void>();

export function applyPreferences(): void {
  document.documentElement.dataset.theme = current.theme;
  document.documentElement.dataset.density = current.density;
}

export function changePreferences(change: Partial<Preferences>): void {
  current = { ...current, ...change };
  try {
    localStorage.setItem(storageKey, JSON.stringify(current));
  } catch {
    // A private window: the choice holds until the tab closes.
  }
  applyPreferences();
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const usePreferences = (): Preferences => useSyncExternalStore(subscribe, () => current);
