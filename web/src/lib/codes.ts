/** The digits of a typed or pasted code. */
export const codeOf = (text: string): string => text.replace(/\D/g, '');

/** A secret or a recovery code in groups of four, as people read them aloud. */
export const grouped = (text: string): string => (/[\s-]/.test(text) ? text : (text.match(/.{1,4}/g) ?? []).join(' '));

/** The file of recovery codes that is kept at a safe place. */
export function recoveryFile(codes: readonly string[], login: string, host: string, day: string): string {
  return [`Recovery codes of ${login} at ${host}, made on ${day}`, 'Each code works once, in place of your second factor.', '', ...codes, ''].join('\n');
}
