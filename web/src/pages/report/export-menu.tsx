import { Download } from 'lucide-react';
import { methodUrl, type Value } from '../../api/generated';
import { Button } from '../../components/button';
import { Menu, type MenuEntry } from '../../components/menu';
import type { Scope } from '../../frame/site-view';
import type { Report } from '../../reports/catalog';

interface Props {
  readonly report: Report;
  readonly scope: Scope;
  readonly more: Readonly<Record<string, Value>>;
}

const formats = [
  { id: 'CSV', text: 'CSV', note: 'for spreadsheets', end: 'csv', flat: true },
  { id: 'TSV', text: 'TSV', note: 'tabs between columns', end: 'tsv', flat: true },
  { id: 'JSON', text: 'JSON', note: 'for programs', end: 'json', flat: false },
  { id: 'XML', text: 'XML', note: 'for programs', end: 'xml', flat: false },
] as const;

/** Downloads of all rows of the report, as the screen is filtered. */
export function ExportMenu({ report, scope, more }: Props) {
  const entries = formats.map((format): MenuEntry => ({
    id: format.id,
    text: format.text,
    note: format.note,
    download: {
      name: `${report.id} ${scope.date}.${format.end}`,
      href: methodUrl(report.method.method, {
        ...scope, ...report.asked, ...more, filter_limit: -1, filter_offset: undefined, format: format.id,
        ...(format.flat ? { flat: 1, convertToUnicode: 0 } : { expanded: 1 }),
      }),
    },
  }));
  return (
    <Menu
      label="Download as"
      entries={entries}
      trigger={
        <Button>
          <Download size={15} aria-hidden /> Export
        </Button>
      }
    />
  );
}
