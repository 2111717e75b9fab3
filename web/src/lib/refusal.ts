import { ApiError } from '../api/generated';
import { PasskeyError } from './passkey';

const sentence = (text: string): string => {
  const plain = text.trim();
  return plain === '' ? '' : plain[0]?.toUpperCase() + plain.slice(1) + (/[.!?]$/.test(plain) ? '' : '.');
};

/** The words of a refusal as a sentence; undefined when nothing was refused. */
export function refusalWords(error: unknown): string | undefined {
  if (!error) return undefined;
  if (error instanceof PasskeyError) return error.isCancelled ? undefined : error.message;
  if (!(error instanceof ApiError)) return 'Something went wrong in this page. Load it again.';
  if (error.status === 0) return 'The server did not answer. Check the connection, then try again.';
  // The seconds are counted down on the button.
  if (error.status === 429 && error.retryAfterS) return 'That was one try too many. Wait a moment, then try again.';
  return sentence(error.message) || 'The server refused it without saying why. Try again.';
}

/** The words for one field of a form, when the server named it. */
export function fieldWords(error: unknown, field: string): string | undefined {
  return error instanceof ApiError && error.field === field ? refusalWords(error) : undefined;
}

/** The words for the whole form: what no field of it shows. */
export function formWords(error: unknown, fields: readonly string[]): string | undefined {
  if (error instanceof ApiError && error.field !== undefined && fields.includes(error.field)) return undefined;
  return refusalWords(error);
}
