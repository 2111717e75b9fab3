import { lazy, type ComponentType } from 'react';

/** A part of the application itself that did not arrive: the server is away, or has a newer version by now. */
export class PartError extends Error {
  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.name = 'PartError';
  }
}

/** `lazy`, whose failures can be told from faults of the part. */
export function lazyPart<Props extends object>(load: () => Promise<{ default: ComponentType<Props> }>) {
  return lazy(() => load().catch((error: unknown) => Promise.reject(new PartError(error))));
}

/** Loads the page anew if the server answers: browsers remember for the life of a page that a part did not arrive. */
export async function loadAnew(): Promise<boolean> {
  const answers = await fetch(window.location.href, { method: 'HEAD', cache: 'no-store' }).then((answer) => answer.ok, () => false);
  if (answers) window.location.reload();
  return answers;
}
