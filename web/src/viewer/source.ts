// What public pages show, and where they get it from. Nothing of the rest of the application is loaded for them.
import { isTrue, listOf, type Cells } from '../lib/rows';

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

export interface Info {
  readonly siteName: string;
  readonly what: string;
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

export const infoOf = (cells: Cells): Info => ({
  siteName: String(cells.siteName ?? ''),
  what: String(cells.what ?? ''),
  timezone: String(cells.timezone ?? 'UTC'),
  reports: listOf(cells.reports).map(viewerReportOf),
  first: String(cells.first ?? ''),
  last: String(cells.last ?? ''),
  period: String(cells.period ?? 'month'),
  date: String(cells.date ?? 'today'),
});
