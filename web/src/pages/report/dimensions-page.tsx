import { useLocation } from 'wouter';
import { Button } from '../../components/button';
import { EmptyState, ErrorState, Skeleton } from '../../components/states';
import { Tabs } from '../../components/tabs';
import { TopLine } from '../../frame/top-line';
import { useQueryState } from '../../lib/query-state';
import { useSiteView } from '../../lib/site-view';
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
  const [, navigate] = useLocation();
  const dimensions = useDimensions(site.idsite);
  return (
    <>
      <TopLine title="Custom dimensions" />
      {dimensions.isPending ? (
        <Skeleton rows={10} />
      ) : dimensions.isError ? (
        <ErrorState what="The dimensions" error={dimensions.error} onRetry={() => void dimensions.refetch()} />
      ) : dimensions.data.length === 0 ? (
        <EmptyState title="No dimensions yet" action={<Button onPress={() => navigate(`/admin/websites/custom-dimensions?site=${site.idsite}`)}>Custom dimensions</Button>}>
          Define what else this site tells of its visits and actions, and its values stand here.
        </EmptyState>
      ) : (
        <Chosen dimensions={dimensions.data} />
      )}
    </>
  );
}
