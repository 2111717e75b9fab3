// What public pages show, and where they get it from. Nothing of the rest of the application is loaded for them.
import { cellsOf, isTrue, listOf, type Cells } from '../lib/rows';

export interface ViewerReport {
  readonly method: string;
  readonly name: string;
  readonly category: string;
  readonly subcategory: string;
  /** One row of several numbers, a table, or one number. */
  readonly kind: 'totals' | 'rows' | 'number';
  /** Its rows may hold rows. */
  readonly opens: boolean;
}

/** Something that was written down beside a day. */
export interface Note {
  readonly date: string;
  readonly text: string;
  readonly starred: boolean;
}

export interface Info {
  readonly siteName: string;
  readonly what: string;
  /** The dashboard that the reports stand on, and which of them stands where. */
  readonly dashboard: { readonly name: string; readonly columns: readonly (readonly string[])[] } | undefined;
  readonly notes: readonly Note[];
  /** It opens for those who came to sign in, too. */
  readonly signIn: boolean;
  readonly timezone: string;
  readonly reports: readonly ViewerReport[];
  /** First and last day that may be asked for. */
  readonly first: string;
  readonly last: string;
  readonly period: string;
  readonly date: string;
}

export type Asked = Readonly<Record<string, string | number>>;

/** A refusal or a failure. `status` is 0 when the server did not answer. */
export class ViewerError extends Error {
  readonly status: number;
  readonly code: string;
  readonly retryAfter_s: number;
  constructor(status: number, code: string, message: string, retryAfter_s = 0) {
    super(message);
    this.name = 'ViewerError';
    this.status = status;
    this.code = code;
    this.retryAfter_s = retryAfter_s;
  }
}

export interface Source {
  /** Tells sources apart: answers are kept by it. */
  readonly id: string;
  readonly ask: (method: string, asked: Asked, signal: AbortSignal) => Promise<unknown>;
}

const kinds = ['totals', 'rows', 'number'] as const;

export const viewerReportOf = (cells: Cells): ViewerReport => ({
  method: String(cells.method ?? ''),
  name: String(cells.name ?? ''),
  category: String(cells.category ?? ''),
  subcategory: String(cells.subcategory ?? ''),
  kind: kinds.find((kind) => kind === cells.kind) ?? 'rows',
  opens: isTrue(cells.opens),
});

function dashboardOf(value: unknown): Info['dashboard'] {
  const cells = cellsOf(value);
  if (cells.name === undefined) return undefined;
  const columns = Array.isArray(cells.columns) ? cells.columns : [];
  return { name: String(cells.name), columns: columns.map((column) => (Array.isArray(column) ? column.map(String) : [])) };
}

export const infoOf = (cells: Cells): Info => ({
  siteName: String(cells.siteName ?? ''),
  what: String(cells.what ?? ''),
  dashboard: dashboardOf(cells.dashboard),
  notes: listOf(cells.notes).map((note) => ({ date: String(note.date ?? ''), text: String(note.note ?? ''), starred: isTrue(note.starred) })),
  signIn: isTrue(cells.signIn),
  timezone: String(cells.timezone ?? 'UTC'),
  reports: listOf(cells.reports).map(viewerReportOf),
  first: String(cells.first ?? ''),
  last: String(cells.last ?? ''),
  period: String(cells.period ?? 'month'),
  date: String(cells.date ?? 'today'),
});
