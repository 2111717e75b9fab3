// Some conditions hold codes ("browserCode==CH"). The word that stood on the pressed row is remembered for this tab. A
// condition that says the word itself needs no memory: nothing about a visitor is kept.
import { readCondition } from './segment';

const storageKey = 'makoto.value-names';
const names_max = 200;

function stored(): Record<string, string> {
  try {
    return JSON.parse(sessionStorage.getItem(storageKey) ?? '{}') as Record<string, string>;
  } catch {
    // Without storage the code itself is shown.
    return {};
  }
}

export function rememberName(condition: string, name: string): void {
  // The titles of pages stand behind a space.
  if (readCondition(condition)?.value === name.trim()) return;
  const names = Object.entries({ ...stored(), [condition]: name }).slice(-names_max);
  try {
    sessionStorage.setItem(storageKey, JSON.stringify(Object.fromEntries(names)));
  } catch {
    // As above.
  }
}

/** For the end of a session: what was looked at is nobody else's business. */
export function forgetNames(): void {
  try {
    sessionStorage.removeItem(storageKey);
  } catch {
    // Without storage nothing was remembered.
  }
}

export const rememberedName = (condition: string): string | undefined => stored()[condition];
