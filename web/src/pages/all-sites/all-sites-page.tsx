import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { ArrowDown, ArrowUp } from 'lucide-react';
import { Link, useLocation, useSearch } from 'wouter';
import { read } from '../../api/generated';
import { useSession, type SessionSite } from '../../api/session';
import { Button } from '../../components/button';
import { Change } from '../../components/change';
import { Choice } from '../../components/choice';
import { SearchBox } from '../../components/field';
import { EmptyState, ErrorState, Skeleton } from '../../components/states';
import { AllSitesBar, AllSitesRail } from '../../frame/all-sites-rail';
import { useQueryState, useTypedQuery } from '../../frame/query-state';
import { Shell } from '../../frame/shell';
import { firstDays } from '../../lib/first-view';
import { changeOf, formatNumber, numberOf } from '../../lib/numbers';
import { listOf, type Cells } from '../../lib/rows';
import { useTitle } from '../../lib/screen';
import { readView, writeView } from '../../lib/view';
import styles from './all-sites.module.css';
import { sumBefore, sumOf } from './sums';

const figures = [
  { id: 'visits', text: 'Visits', now: 'nb_visits', before: 'previous_nb_visits', wide: false },
  { id: 'pageviews', text: 'Page views', now: 'nb_pageviews', before: 'previous_Actions_nb_pageviews', wide: true },
] as const;

const getAll = read<{ period: string; date: string; filter_limit: number }, unknown>('MultiSites.getAll');

interface Line {
  readonly site: SessionSite;
  readonly cells: Cells;
}

function sorted(lines: readonly Line[], by: string, up: boolean): readonly Line[] {
  const column = figures.find((figure) => figure.id === by)?.now;
  const order = (a: Line, b: Line) => (column ? (numberOf(a.cells[column]) ?? 0) - (numberOf(b.cells[column]) ?? 0) : a.site.name.localeCompare(b.site.name));
  return lines.toSorted((a, b) => (up ? order(a, b) : order(b, a)));
}

/** The figures of a site, or of several together. */
function Figures({ lines }: { readonly lines: readonly Line[] }) {
  return figures.map(({ id, now, before, wide }) => {
    const count = sumOf(lines, now);
    return [
      <td key={id} className={`number ${wide ? styles.wide : ''}`}>{formatNumber(count, 'count')}</td>,
      <td key={`${id} change`} className={wide ? styles.wide : undefined}><Change change={changeOf(count, sumBefore(lines, before))} /></td>,
    ];
  });
}

interface TableProps {
  readonly lines: readonly Line[];
  readonly query: string;
}

function SiteTable({ lines, query }: TableProps) {
  const [sort, setSort] = useQueryState('sort', '-visits');
  const up = !sort.startsWith('-');
  const by = sort.replace('-', '');
  const head = (id: string, text: string, wide: boolean) => (
    <th key={id} scope="col" aria-sort={id === by ? (up ? 'ascending' : 'descending') : 'none'} className={wide ? styles.wide : undefined}>
      <button type="button" className={styles.sort} data-sorted={id === by || undefined} onClick={() => setSort((id === by ? !up : id === 'name') ? id : `-${id}`)}>
        {text}
        {id === by && (up ? <ArrowUp size={13} aria-hidden /> : <ArrowDown size={13} aria-hidden />)}
      </button>
    </th>
  );
  return (
    <table className={styles.table} aria-label="Sites">
      <thead>
        <tr>
          {head('name', 'Site', false)}
          {figures.map(({ id, text, wide }) => [
            head(id, text, wide),
            <th key={`${id} change`} scope="col" className={wide ? styles.wide : undefined}>Change</th>,
          ])}
        </tr>
      </thead>
      <tbody>
        {sorted(lines, by, up).map((line) => (
          <tr key={line.site.idsite}>
            <th scope="row"><Link href={`/sites/${line.site.idsite}${query}`} className={styles.link}>{line.site.name}</Link></th>
            <Figures lines={[line]} />
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">Total of {lines.length.toLocaleString()} {lines.length === 1 ? 'site' : 'sites'}</th>
          <Figures lines={lines} />
        </tr>
      </tfoot>
    </table>
  );
}

/** Every site that one may see, with what changed since the same time before. */
export default function AllSitesPage() {
  useTitle('All sites');
  const { sites } = useSession();
  const search = useSearch();
  const [words, setWords, settled] = useTypedQuery('q');
  const [, navigate] = useLocation();
  const view = readView(search);
  const query = new URLSearchParams(search);
  const kept = { q: query.get('q') ?? undefined, sort: query.get('sort') ?? undefined };
  // Every site: a list is cut after 100 rows unless it is said.
  const asked = { period: view.period, date: view.date, filter_limit: -1 };
  const days = firstDays.find((one) => one.period === view.period && one.date === view.date);
  const answer = useQuery({
    queryKey: ['all-sites', asked],
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => listOf(await getAll(asked, signal)),
  });
  const byId = new Map((answer.data ?? []).map((row) => [Number(row.idsite), row]));
  const needle = settled.toLowerCase();
  const lines = sites
    .filter((site) => `${site.name} ${site.main_url}`.toLowerCase().includes(needle))
    .map((site): Line => ({ site, cells: byId.get(site.idsite) ?? {} }));
  return (
    <Shell rail={<AllSitesRail />} bottomBar={<AllSitesBar />}>
      <header className={styles.head}>
        <h1>All sites</h1>
        <Choice
          label="Days"
          bare
          options={firstDays}
          value={days?.id ?? null}
          placeholder={view.date}
          onChange={(id) => {
            const picked = firstDays.find((one) => one.id === id);
            if (picked) navigate(`/sites${writeView({ ...view, period: picked.period, date: picked.date }, kept)}`);
          }}
        />
      </header>
      {answer.isPending && <Skeleton rows={8} />}
      {answer.isError && <ErrorState what="The numbers of the sites" error={answer.error} onRetry={() => void answer.refetch()} />}
      {answer.data && (
        <>
          <div className={styles.search}><SearchBox label="Find a site" value={words} onChange={setWords} main /></div>
          {lines.length === 0 ? (
            <EmptyState framed title={`No site with “${settled}”`} action={<Button onPress={() => setWords('')}>Clear the search</Button>}>Search by name or address.</EmptyState>
          ) : (
            <SiteTable lines={lines} query={writeView(view)} />
          )}
        </>
      )}
    </Shell>
  );
}
