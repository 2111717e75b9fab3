import { Link } from 'wouter';
import { Card } from '../../components/card';
import { Choice } from '../../components/choice';
import { EmptyState, ErrorState, Skeleton } from '../../components/states';
import { useQueryState } from '../../frame/query-state';
import { useSiteView } from '../../frame/site-view';
import { TopLine } from '../../frame/top-line';
import { metrics } from '../../lib/metrics';
import { formatNumber, numberOf } from '../../lib/numbers';
import { ReportCard } from '../home/report-card';
import { ConversionFigures } from './conversion-figures';
import { useConversions, useGoalList, type Goal } from './use-goals';
import styles from './goals-page.module.css';

const figures = [metrics.conversions, metrics.convertedVisits, metrics.conversionRate, metrics.revenue];

function GoalTable({ goals }: { readonly goals: readonly Goal[] }) {
  const { scope, site } = useSiteView();
  const each = useConversions(scope, { showAllGoalSpecificMetrics: 1 });
  if (each.isPending) return <Skeleton rows={goals.length + 1} />;
  if (each.isError) return <ErrorState what="The goals" error={each.error} onRetry={() => void each.refetch()} />;
  const of = (goal: Goal, column: string) => numberOf(each.data[`goal_${goal.id}_${column}`]) ?? 0;
  const byConversions = goals.toSorted((a, b) => of(b, 'nb_conversions') - of(a, 'nb_conversions'));
  return (
    <div className={styles.scroll} data-stale={each.isPlaceholderData || undefined}>
      <table className={styles.goals}>
        <thead>
          <tr>
            <th scope="col">Goal</th>
            <th scope="col">Conversions</th>
            <th scope="col" className={styles.more}>Visits</th>
            <th scope="col" className={styles.more}>Rate</th>
            <th scope="col">Revenue, {site.currency}</th>
          </tr>
        </thead>
        <tbody>
          {byConversions.map((goal) => (
            <tr key={goal.id}>
              <th scope="row" title={goal.description || undefined}>{goal.name}</th>
              <td className="number">{formatNumber(of(goal, 'nb_conversions'), 'count')}</td>
              <td className={`number ${styles.more}`}>{formatNumber(of(goal, 'nb_visits_converted'), 'count')}</td>
              <td className={`number ${styles.more}`}>{formatNumber(of(goal, 'conversion_rate'), 'share')}</td>
              <td className="number">{formatNumber(of(goal, 'revenue'), 'money')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function NoGoals() {
  const { site } = useSiteView();
  const mayAdd = site.role === 'admin' || site.role === 'write';
  return (
    <EmptyState
      framed
      title="No goals yet"
      action={mayAdd && <Link href={`/admin/websites/goals?site=${site.idsite}`}>Add the first goal</Link>}
    >
      A goal is something visitors are meant to do: reach a page, download a file, follow a link, set off an event.
      {!mayAdd && ' Whoever may write to this site can add one.'}
    </EmptyState>
  );
}

/** Stands in the address for all goals and orders. */
const every = 'all';

/** The goal whose figures are shown, or all goals. */
function GoalChoice({ goals, value, onChange }: { readonly goals: readonly Goal[]; readonly value: string; readonly onChange: (id: string) => void }) {
  const options = [{ id: every, text: 'All goals and orders' }, ...goals.map((goal) => ({ id: String(goal.id), text: goal.name }))];
  return (
    <div className={styles.choice}>
      <Choice bare label="Goal" options={options} value={value} onChange={onChange} />
    </div>
  );
}

/** Conversions: the figures of all goals or of one, each goal, and who converts. */
export default function GoalsPage() {
  const { site } = useSiteView();
  const [asked, ask] = useQueryState('goal', every);
  const goals = useGoalList(site.idsite);
  const chosen = goals.data?.find((goal) => String(goal.id) === asked);
  return (
    <>
      <TopLine title="Goals" />
      {goals.isPending ? (
        <Skeleton rows={10} />
      ) : goals.isError ? (
        <ErrorState what="The goals" error={goals.error} onRetry={() => void goals.refetch()} />
      ) : goals.data.length === 0 ? (
        <NoGoals />
      ) : (
        <>
          <GoalChoice goals={goals.data} value={chosen ? asked : every} onChange={ask} />
          <ConversionFigures
            label={chosen ? `Key figures of ${chosen.name}` : 'Key figures of goals'}
            metrics={figures}
            about={chosen ? { idGoal: asked } : {}}
          />
          <Card
            title="Each goal"
            foot={<Link href={`/admin/websites/goals?site=${site.idsite}`}>Manage goals</Link>}
          >
            <GoalTable goals={goals.data} />
          </Card>
          <div className={styles.cards}>
            <ReportCard
              id="who"
              title="Conversions by"
              reports={[
                { id: 'goal-channels', text: 'Channel' }, { id: 'goal-campaigns', text: 'Campaign' }, { id: 'goal-entry-pages', text: 'Entry page' },
                { id: 'goal-countries', text: 'Country' }, { id: 'goal-devices', text: 'Device' },
              ]}
            />
            <ReportCard
              id="way"
              title="Way to conversion"
              reports={[{ id: 'days-to-conversion', text: 'Days' }, { id: 'visits-to-conversion', text: 'Visits' }]}
            />
          </div>
        </>
      )}
    </>
  );
}
