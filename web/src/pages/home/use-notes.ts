import { useQuery } from '@tanstack/react-query';
import { annotationsGetAll } from '../../api/generated';
import { cellsOf, isTrue, listOf } from '../../lib/rows';

/** What somebody wrote about a day of a site. */
export interface Note {
  readonly id: number;
  /** As 2026-03-31. */
  readonly day: string;
  readonly text: string;
  readonly starred: boolean;
  readonly login: string;
  readonly mayChange: boolean;
}

export const notesKey = (idSite: number) => ['notes', idSite];

/** All notes of a site, the newest day first. */
export function useNotes(idSite: number) {
  return useQuery({
    queryKey: notesKey(idSite),
    queryFn: async ({ signal }): Promise<Note[]> =>
      listOf(cellsOf(await annotationsGetAll({ idSite }, signal))[String(idSite)])
        .map((cells) => ({
          id: Number(cells.idNote), day: String(cells.date), text: String(cells.note), starred: isTrue(cells.starred),
          login: String(cells.user), mayChange: isTrue(cells.canEditOrDelete),
        }))
        .sort((one, other) => other.day.localeCompare(one.day)),
  });
}

/** Whether a day lies in a point of a graph, by its key: a day, "first,last", a month or a year; hours hold no days. */
export function holdsDay(key: string, day: string): boolean {
  const [first = '', last] = key.split(',');
  if (last !== undefined) return first <= day && day <= last;
  return first.length >= 4 && (day === first || day.startsWith(`${first}-`));
}
