import type { SystemSetting } from './use-settings';

/** New values by key of the setting; null puts the default back. */
export type Changes = Readonly<Record<string, string | null>>;

/** A value as it is stored is no change. */
export function withChange(changes: Changes, { key, value: stored }: Pick<SystemSetting, 'key' | 'value'>, value: string | null): Changes {
  const { [key]: _before, ...others } = changes;
  return value === stored ? others : { ...others, [key]: value };
}

/** What is not saved yet once `sent` is: what was changed once more meanwhile. */
export const leftAfter = (changes: Changes, sent: Changes): Changes =>
  Object.fromEntries(Object.entries(changes).filter(([key, value]) => !(key in sent) || sent[key] !== value));
