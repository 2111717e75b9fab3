import { Suspense } from 'react';
import { ApiError, read, type Params } from '../../../api/generated';
import { Boundary } from '../../../components/card';
import { ErrorState, Skeleton } from '../../../components/states';
import { lazyPart } from '../../../lib/lazy-part';
import type { Draft } from '../../../public-reports/model';
import { draftText, usePublicInfo } from '../../../public-reports/use-public-reports';
import { ViewerError, type Source } from '../../../viewer/source';
import styles from './public-page.module.css';

const Viewer = lazyPart(async () => ({ default: (await import('../../../viewer/viewer')).Viewer }));

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
  const waiting = <Skeleton rows={8} />;
  const label = info.data && `${info.data.siteName}, as a stranger sees it`;
  return (
    <div className={only === undefined ? `${styles.stranger} ${styles.whole}` : styles.stranger} role={label && 'region'} aria-label={label} tabIndex={label ? 0 : undefined}>
      {info.isPending && waiting}
      {info.isError && <ErrorState what="The preview" error={info.error} onRetry={() => void info.refetch()} />}
      {info.data && (
        <Boundary what="The preview">
          <Suspense fallback={waiting}>
            <Viewer key={`${idGrant} ${only} ${period}`} info={info.data} source={asStranger(idSite, idGrant, draft ? draftText(draft) : '')} only={only} period={period} isInside />
          </Suspense>
        </Boundary>
      )}
    </div>
  );
}
