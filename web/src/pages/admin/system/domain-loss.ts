import { usersManagerGetDomainImpact } from '../../../api/generated';
import { cellsOf, isTrue, listOf, type Cells } from '../../../lib/rows';

/** The setting that holds the allowed domains. */
export const domainsKey = 'UsersManager.allowedEmailDomains';

export interface Loser {
  readonly login: string;
  readonly email: string;
  readonly superuser: boolean;
  /** Has not accepted the invitation yet, and could not. */
  readonly invited: boolean;
}

const loserOf = (cells: Cells): Loser => ({
  login: String(cells.login),
  email: String(cells.email),
  superuser: isTrue(cells.superuser_access),
  invited: cells.status === 'invited',
});

/** Whose access a list of allowed domains would end. */
export interface DomainLoss {
  /** Superusers first, else as the server lists them. */
  readonly users: readonly Loser[];
  /** Under a list that leaves none, nobody could change the list again: the server refuses it. */
  readonly superusersLeft: number;
}

/** Compares the answers about the new list and the one in force: who is barred or suspended already loses nothing. */
export function lossOf(next: Cells, now: Cells): DomainLoss {
  const without = new Set(listOf(now.barred).map((row) => row.login));
  const losing = listOf(next.barred).filter((row) => row.status !== 'suspended' && !without.has(row.login)).map(loserOf);
  return {
    users: losing.toSorted((a, b) => Number(b.superuser) - Number(a.superuser)),
    superusersLeft: Number(next.superusers_left ?? 0),
  };
}

export async function askLoss(next: string, now: string): Promise<DomainLoss> {
  const answers = await Promise.all([next, now].map((domains) => usersManagerGetDomainImpact({ domains })));
  const [ofNext = {}, ofNow = {}] = answers.map(cellsOf);
  return lossOf(ofNext, ofNow);
}
