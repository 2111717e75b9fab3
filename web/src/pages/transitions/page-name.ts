import type { Row } from '../../lib/rows';

/** How a page is named: by its address or by its title. */
export interface PageName {
  readonly kind: 'url' | 'title';
  readonly name: string;
}

const titles = new Set(['titles', 'entry-titles', 'exit-titles']);
const addresses = new Set(['pages', 'entry-pages', 'exit-pages']);

/** The words of the address that ask for what came before and after a row's page; undefined where a row is no page. */
export function transitionsPath(reportId: string, row: Row): Readonly<Record<string, string>> | undefined {
  if (row.subtableId !== undefined || row.isSummary) return undefined;
  if (addresses.has(reportId) && row.url) return { page: row.url };
  if (titles.has(reportId) && row.label.trim() !== '') return { title: row.label.trim() };
  return undefined;
}

/** The page that an address of this application names. */
export function readPageName(search: string): PageName | undefined {
  const query = new URLSearchParams(search);
  const url = query.get('page');
  if (url) return { kind: 'url', name: url };
  const title = query.get('title');
  return title ? { kind: 'title', name: title } : undefined;
}
