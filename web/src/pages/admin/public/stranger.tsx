import { lazy, Suspense } from 'react';
import { ApiError, read, type Params } from '../../../api/generated';
import { useSession } from '../../../api/session';
import { Boundary } from '../../../components/card';
import { Skeleton } from '../../../components/states';
import type { NamedReport } from '../../../public-reports/model';
import { usePublicOptions } from '../../../public-reports/use-public-reports';
import { ViewerError, type Info, type Source, type ViewerReport } from '../../../viewer/source';
import styles from './public-page.module.css';

const Viewer = lazy(async () => ({ default: (await import('../../../viewer/viewer')).Viewer }));

/** Asks the reports as a stranger would get them; the server narrows the answers, not this page. */
const asStranger = (idSite: number, idGrant: number): Source => ({
  id: `preview ${idSite} ${idGrant}`,
  ask: async (method, asked, signal) => {
    try {
      return await read<Params, unknown>(method)({ idSite, asPublicGrant: idGrant, ...asked }, signal);
    } catch (cause) {
      if (cause instanceof ApiError) throw new ViewerError(cause.status, cause.code, cause.message, cause.retryAfterS);
      throw cause;
    }
  },
});

/** The public page is told by the server; the preview goes by the name of the method. */
function kindOf(method: string): ViewerReport['kind'] {
  if (method.endsWith('.get')) return 'totals';
  return /^VisitsSummary\.get|\.getNumberOfDistinct/.test(method) ? 'number' : 'rows';
}

interface Props {
  readonly idGrant: number;
  readonly idSite: number;
  readonly siteName: string;
  readonly what: string;
  readonly reports: readonly NamedReport[];
  readonly first: string;
  readonly last: string;
  /** One report alone, as a widget shows it. */
  readonly only?: string | undefined;
  readonly period?: string | undefined;
}

/** The public page as it would be now, drawn by the same parts that draw it for strangers. */
export function Stranger({ idGrant, idSite, siteName, what, reports, first, last, only, period = 'month' }: Props) {
  const { sites } = useSession();
  const options = usePublicOptions();
  if (options.isPending) return <Skeleton rows={8} />;
  const known = new Map(options.data?.reports.map((report) => [report.method, report]));
  const info: Info = {
    siteName, what, first, last, period, date: last,
    timezone: sites.find((site) => site.idsite === idSite)?.timezone ?? 'UTC',
    reports: reports.map(({ method, name }) => {
      const { category = '', subcategory = '' } = known.get(method) ?? {};
      return { method, name, category, subcategory, kind: kindOf(method), opens: true };
    }),
  };
  return (
    <Boundary what="The preview">
      <Suspense fallback={<Skeleton rows={8} />}>
        <div className={styles.stranger} role="region" aria-label={`${siteName}, as a stranger sees it`} tabIndex={0}>
          <Viewer key={`${idGrant} ${only} ${period}`} info={info} source={asStranger(idSite, idGrant)} only={only} isInside />
        </div>
      </Suspense>
    </Boundary>
  );
}
