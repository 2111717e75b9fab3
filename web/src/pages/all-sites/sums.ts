import { numberOf } from '../../lib/numbers';
import type { Cells } from '../../lib/rows';

interface Row {
  readonly cells: Cells;
}

export const sumOf = (rows: readonly Row[], column: string): number => rows.reduce((sum, { cells }) => sum + (numberOf(cells[column]) ?? 0), 0);

/** What sites had a period earlier; while the period still runs, as much of it as is over. */
export const sumBefore = (rows: readonly Row[], column: string): number =>
  rows.reduce((sum, { cells }) => sum + (numberOf(cells[column]) ?? 0) * (numberOf(cells.ratio) ?? 1), 0);
