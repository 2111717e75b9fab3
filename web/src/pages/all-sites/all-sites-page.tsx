import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useLocation, useSearch } from 'wouter';
import { multiSitesGetAll } from '../../api/generated';
import { useSession } from '../../api/session';
import { Change } from '../../components/change';
import { Choice } from '../../components/choice';
import { ErrorState, Skeleton } from '../../components/states';
import { AllSitesBar, AllSitesRail } from '../../frame/all-sites-rail';
import { Shell } from '../../frame/shell';
import { firstDays } from '../../lib/first-view';
import { formatNumber, numberOf } from '../../lib/numbers';
import { listOf } from '../../lib/rows';
import { useTitle } from '../../lib/screen';
import { readView, writeView } from '../../lib/view';
import styles from './all-sites.module.css';

/** Every site that one may see, with what changed since the same time before. */
export default function AllSitesPage() {
  useTitle('All sites');
  const { sites } = useSession();
  const search = useSearch();
  const [, navigate] = useLocation();
  const view = readView(search);
  const asked = { period: view.period, date: view.date };
  const days = firstDays.find((one) => one.period === view.period && one.date === view.date);
  const answer = useQuery({
    queryKey: ['all-sites', asked],
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => listOf(await multiSitesGetAll(asked, signal)),
  });
  const byId = new Map((answer.data ?? []).map((row) => [Number(row.idsite), row]));
  const rows = sites
    .map((site) => ({ site, cells: byId.get(site.idsite) ?? {} }))
    .toSorted((a, b) => (numberOf(b.cells.nb_visits) ?? 0) - (numberOf(a.cells.nb_visits) ?? 0));
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
            if (picked) navigate(`/sites${writeView({ ...view, period: picked.period, date: picked.date })}`);
          }}
        />
      </header>
      {answer.isPending && <Skeleton rows={8} />}
      {answer.isError && <ErrorState what="The numbers of the sites" error={answer.error} onRetry={() => void answer.refetch()} />}
      {answer.data && (
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">Site</th>
              <th scope="col">Visits</th>
              <th scope="col">Change</th>
              <th scope="col" className={styles.wide}>Page views</th>
              <th scope="col" className={styles.wide}>Change</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ site, cells }) => (
              <tr key={site.idsite}>
                <th scope="row"><Link href={`/sites/${site.idsite}${writeView(view)}`} className={styles.link}>{site.name}</Link></th>
                <td className="number">{formatNumber(numberOf(cells.nb_visits), 'count')}</td>
                <td><Change change={numberOf(cells.visits_evolution)} /></td>
                <td className={`number ${styles.wide}`}>{formatNumber(numberOf(cells.nb_pageviews), 'count')}</td>
                <td className={styles.wide}><Change change={numberOf(cells.pageviews_evolution)} /></td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Shell>
  );
}
