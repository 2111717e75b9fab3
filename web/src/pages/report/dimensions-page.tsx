import { Link } from 'wouter';
import { EmptyState, ErrorState, Skeleton } from '../../components/states';
import { Tabs } from '../../components/tabs';
import { useQueryState } from '../../frame/query-state';
import { useSiteView } from '../../frame/site-view';
import { TopLine } from '../../frame/top-line';
import { ownReport } from '../../reports/catalog';
import { useDimensions, type Dimension } from '../admin/websites/use-dimensions';
import { ReportView } from './report-page';
import styles from './report-page.module.css';

function Chosen({ dimensions }: { readonly dimensions: readonly Dimension[] }) {
  const [first] = dimensions;
  const [chosen, choose] = useQueryState('dimension', String(first?.id ?? ''));
  const dimension = dimensions.find((one) => String(one.id) === chosen) ?? first;
  if (!dimension) return null;
  const report = ownReport(dimension.id, dimension.name, dimension.scope);
  return (
    <section className={styles.card} aria-label={dimension.name}>
      <Tabs label="Custom dimensions" tabs={dimensions.map(({ id, name }) => ({ id: String(id), text: name }))} value={String(dimension.id)} onChange={choose}>
        <ReportView key={report.id} report={report} />
      </Tabs>
    </section>
  );
}

/** The values of the dimensions that the site defines itself, the ones recorded no more too. */
export default function DimensionsPage() {
  const { site } = useSiteView();
  const mayDefine = site.role === 'admin' || site.role === 'write';
  const dimensions = useDimensions(site.idsite);
  return (
    <>
      <TopLine title="Custom dimensions" />
      {dimensions.isPending ? (
        <Skeleton rows={10} />
      ) : dimensions.isError ? (
        <ErrorState what="The dimensions" error={dimensions.error} onRetry={() => void dimensions.refetch()} />
      ) : dimensions.data.length === 0 ? (
        <EmptyState framed title="No dimensions yet" action={<Link href={`/admin/websites/custom-dimensions?site=${site.idsite}`}>{mayDefine ? 'Define the first dimension' : 'Custom dimensions'}</Link>}>
          Define what else this site tells of its visits and actions, and its values stand here.
        </EmptyState>
      ) : (
        <Chosen dimensions={dimensions.data} />
      )}
    </>
  );
}
