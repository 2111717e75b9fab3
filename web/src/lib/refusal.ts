import { ApiError } from '../api/generated';
import { PasskeyError } from './passkey';

const sentence = (text: string): string => {
  const plain = text.trim();
  return plain === '' ? '' : plain[0]?.toUpperCase() + plain.slice(1) + (/[.!?]$/.test(plain) ? '' : '.');
};

/** Methods write the name of the parameter that they refuse before their words. */
const named = /^([a-z]\w*): (.+)$/s;

function partsOf(error: ApiError): { readonly field: string | undefined; readonly message: string } {
  const [, name, message] = error.code === 'bad_parameter' ? (named.exec(error.message) ?? []) : [];
  return { field: error.field ?? name, message: message ?? error.message };
}

/** The words of a refusal as a sentence; undefined when nothing was refused. */
export function refusalWords(error: unknown): string | undefined {
  if (!error) return undefined;
  if (error instanceof PasskeyError) return error.isCancelled ? undefined : error.message;
  if (!(error instanceof ApiError)) return 'Something went wrong in this page. Load it again.';
  if (error.status === 0) return 'The server did not answer. Check the connection, then try again.';
  // The seconds are counted down on the button.
  if (error.status === 429 && error.retryAfterS) return 'That was one try too many. Wait a moment, then try again.';
  return sentence(partsOf(error).message) || 'The server refused it without saying why. Try again.';
}

/** The words for one field of a form, when the server named it. */
export function fieldWords(error: unknown, field: string): string | undefined {
  return error instanceof ApiError && partsOf(error).field === field ? refusalWords(error) : undefined;
}

/** The words for the whole form: what no field of it shows. */
export function formWords(error: unknown, fields: readonly string[]): string | undefined {
  return fields.some((field) => fieldWords(error, field) !== undefined) ? undefined : refusalWords(error);
}

/** The server cannot make sense of what is asked: asking again does not help. */
export const isUnknownQuestion = (error: unknown): boolean => error instanceof ApiError && error.status === 400;
