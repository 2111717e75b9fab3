import { useQuery } from '@tanstack/react-query';
import { CircleCheck } from 'lucide-react';
import { liveGetCounters, sitesManagerGetJavascriptTag } from '../../api/generated';
import { Button } from '../../components/button';
import { CopyCode } from '../../components/copy-code';
import { ErrorState, Notice, Skeleton } from '../../components/states';
import { numberOf } from '../../lib/numbers';
import { cellsOf } from '../../lib/rows';
import styles from './code-step.module.css';

const poll_ms = 1000;
const window_min = 30;

interface Props {
  readonly idSite: number;
  readonly onDone: () => void;
}

export function CodeStep({ idSite, onDone }: Props) {
  const code = useQuery({
    queryKey: ['tracking-code', idSite],
    queryFn: async ({ signal }) => String(cellsOf(await sitesManagerGetJavascriptTag({ idSite }, signal)).value ?? ''),
  });
  const visits = useQuery({
    queryKey: ['first-visit', idSite],
    queryFn: async ({ signal }) => numberOf(cellsOf(await liveGetCounters({ idSite, period: 'day', date: 'today', lastMinutes: window_min }, signal)).visits) ?? 0,
    refetchInterval: (query) => ((query.state.data ?? 0) > 0 ? false : poll_ms),
  });
  const arrived = (visits.data ?? 0) > 0;
  return (
    <>
      {code.isPending && <Skeleton rows={5} />}
      {code.isError && <ErrorState what="The code" error={code.error} onRetry={() => void code.refetch()} />}
      {code.isSuccess && <CopyCode code={code.data} label="Tracking code" />}
      {arrived ? (
        <Notice tone="safe">
          <CircleCheck size={18} aria-hidden className={styles.arrived} />
          <span><strong>The first visit is here.</strong> Everything works.</span>
        </Notice>
      ) : (
        <Notice>
          <span className={styles.waiting} aria-hidden />
          <span>We are waiting for the first visit… Open a page of your site that has the code.</span>
        </Notice>
      )}
      <div>
        <Button look={arrived ? 'primary' : 'outline'} onPress={onDone}>
          {arrived ? 'See your site' : 'Go on without waiting'}
        </Button>
      </div>
    </>
  );
}
