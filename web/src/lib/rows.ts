import type { Metric } from './metrics';

/** The columns and metadata of one row, as they arrived. */
export type Cells = Readonly<Record<string, unknown>>;

/** One row of a report. The label is tracked text: show it as text only. */
export interface Row {
  readonly label: string;
  readonly cells: Cells;
  readonly segment: string | undefined;
  readonly url: string | undefined;
  readonly subtableId: number | undefined;
  readonly isSummary: boolean;
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

function rowOf(cells: Cells): Row {
  const subtable = Number(cells.idsubdatatable);
  return {
    label: String(cells.label ?? ''),
    cells,
    segment: textOf(cells.segment),
    url: textOf(cells.url),
    subtableId: Number.isFinite(subtable) && subtable > 0 ? subtable : undefined,
    isSummary: cells.is_summary === true || cells.is_summary === 1,
  };
}

const isObject = (value: unknown): value is Cells => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Reads a table; an empty or unknown answer is an empty table. */
export function rowsOf(answer: unknown): Row[] {
  return Array.isArray(answer) ? answer.filter(isObject).map(rowOf) : [];
}

/** The rows of an answer as they arrived; none when it is no list. */
export const listOf = (answer: unknown): Cells[] => (Array.isArray(answer) ? (answer as Cells[]) : []);

/** A truth as JSON, or as the numbers and texts by which some answers write it. */
export const isTrue = (value: unknown): boolean => value === true || value === 1 || value === '1';

/** Reads the single row of `get` methods; an empty period answers with an empty list. */
export function cellsOf(answer: unknown): Cells {
  if (Array.isArray(answer)) return isObject(answer[0]) ? answer[0] : {};
  return isObject(answer) ? answer : {};
}

/** Reads a map keyed by date into points in its order. */
export function pointsOf(answer: unknown): { key: string; cells: Cells }[] {
  return isObject(answer) ? Object.entries(answer).map(([key, cells]) => ({ key, cells: cellsOf(cells) })) : [];
}

const number = /\d+/;

/** Where a label of lengths or counts stands among its like: "New visits", "1 page", "31–60s", "1-2 min". */
function naturalOf(label: string): number {
  const first = number.exec(label)?.[0];
  return first === undefined ? -1 : Number(first) * (label.endsWith('min') ? 60 : 1);
}

export const byNature = (a: Row, b: Row): number => naturalOf(a.label) - naturalOf(b.label);

/** Sorts by a metric, summary rows last; equal rows keep the order of the server. */
export function sortRows(rows: readonly Row[], metric: Metric | undefined, order: 'asc' | 'desc', isNatural = false): Row[] {
  const sign = order === 'asc' ? 1 : -1;
  return rows.toSorted((a, b) => {
    if (a.isSummary !== b.isSummary) return a.isSummary ? 1 : -1;
    if (!metric) return sign * (isNatural ? byNature(a, b) : a.label.localeCompare(b.label));
    return sign * ((metric.of(a.cells) ?? -1) - (metric.of(b.cells) ?? -1));
  });
}

/** Undefined when parts do not add up to the whole, or when no row has a value. */
export function sumOf(rows: readonly Row[], metric: Metric): number | undefined {
  const values = metric.adds ? rows.flatMap((row) => metric.of(row.cells) ?? []) : [];
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0);
}
