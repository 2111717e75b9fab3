import { lazy, Suspense } from 'react';
import { ApiError, read, type Params } from '../../../api/generated';
import { Boundary } from '../../../components/card';
import { ErrorState, Skeleton } from '../../../components/states';
import type { Draft } from '../../../public-reports/model';
import { draftText, usePublicInfo } from '../../../public-reports/use-public-reports';
import { ViewerError, type Source } from '../../../viewer/source';
import styles from './public-page.module.css';

const Viewer = lazy(async () => ({ default: (await import('../../../viewer/viewer')).Viewer }));

/** Asks the reports as a stranger would get them; the server narrows the answers, not this page. */
const asStranger = (idSite: number, idGrant: number, draft: string): Source => ({
  id: `preview ${idSite} ${idGrant} ${draft}`,
  ask: async (method, asked, signal) => {
    try {
      return await read<Params, unknown>(method)({ idSite, asPublicGrant: idGrant, ...(draft === '' ? {} : { asPublicDraft: draft }), ...asked }, signal);
    } catch (cause) {
      if (cause instanceof ApiError) throw new ViewerError(cause.status, cause.code, cause.message, cause.retryAfterS);
      throw cause;
    }
  },
});

interface Props {
  readonly idGrant: number;
  readonly idSite: number;
  /** One report alone, as a widget shows it. */
  readonly only?: string | undefined;
  readonly period?: string | undefined;
  /** The grant as this would make it. */
  readonly draft?: Draft | undefined;
}

/** The public page as it would be now, told the same and drawn by the same parts as for strangers. */
export function Stranger({ idGrant, idSite, only, period, draft }: Props) {
  const info = usePublicInfo(idGrant, draft);
  if (info.isPending) return <Skeleton rows={8} />;
  if (info.isError) return <ErrorState what="The preview" error={info.error} onRetry={() => void info.refetch()} />;
  return (
    <Boundary what="The preview">
      <Suspense fallback={<Skeleton rows={8} />}>
        <div className={styles.stranger} role="region" aria-label={`${info.data.siteName}, as a stranger sees it`} tabIndex={0}>
          <Viewer key={`${idGrant} ${only} ${period}`} info={info.data} source={asStranger(idSite, idGrant, draft ? draftText(draft) : '')} only={only} period={period} isInside />
        </div>
      </Suspense>
    </Boundary>
  );
}
