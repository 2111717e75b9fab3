// Fresh proof: any act that is refused for want of it waits here until the person has confirmed, or not.
import { useSyncExternalStore } from 'react';
import { notConfirmed } from './account';
import type { ApiError } from './generated';

interface Wait {
  readonly promise: Promise<boolean>;
  readonly settle: (confirmed: boolean) => void;
}

let wait: Wait | undefined;
const listeners = new Set<() => void>();

function change(next: Wait | undefined): void {
  wait = next;
  for (const listener of listeners) listener();
}

/** Acts that are refused at the same time share one question. */
function ask(): Promise<boolean> {
  if (!wait) {
    let settle: Wait['settle'] = () => undefined;
    const promise = new Promise<boolean>((done) => (settle = done));
    change({ promise, settle });
  }
  return wait?.promise ?? Promise.resolve(false);
}

/** The answer of the dialog: the acts go on, or are refused. */
export function settleProof(confirmed: boolean): void {
  const asked = wait;
  change(undefined);
  asked?.settle(confirmed);
}

export async function mendByProof(refused: ApiError): Promise<boolean> {
  if (refused.code !== 'reauth_required') return false;
  if (await ask()) return true;
  throw notConfirmed(refused.request);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Whether an act waits for proof. */
export const useProofAsked = (): boolean => useSyncExternalStore(subscribe, () => wait !== undefined);

