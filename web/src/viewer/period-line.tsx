import type { CalendarDate } from '@internationalized/date';
import { ChevronLeft, ChevronRight } from 'lucide-react';
import { spanOf, spanWords, stepChoice, type PeriodChoice, type PeriodName } from '../lib/dates';
import { clamped, rangeWords, windowOf } from './period';
import type { Info } from './source';
import styles from './viewer.module.css';

const names: readonly (readonly [PeriodName, string])[] = [['day', 'Day'], ['week', 'Week'], ['month', 'Month'], ['year', 'Year']];

interface Props {
  readonly choice: PeriodChoice;
  readonly info: Info;
  readonly now: CalendarDate;
  readonly onChange: (choice: PeriodChoice) => void;
}

/** The period in words, its length, and the ones before and after as far as they are open. */
export function PeriodLine({ choice, info, now, onChange }: Props) {
  const { first, last } = windowOf(info, now);
  const span = spanOf(choice, now);
  const hasBefore = span.start.compare(first) > 0;
  const hasAfter = span.end.compare(last) < 0;
  const range = rangeWords(info) ?? (choice.period === 'range' ? 'Days' : undefined);
  const changePeriod = (period: PeriodName) => {
    if (period === 'range') return onChange(clamped({ period, date: info.date }, info, now));
    const day = span.end.compare(last) > 0 ? last : span.end;
    return onChange(clamped({ period, date: day.toString() }, info, now));
  };
  return (
    <div className={styles.period}>
      <select className={styles.select} aria-label="Length of the period" value={choice.period} onChange={(event) => changePeriod(event.target.value as PeriodName)}>
        {range !== undefined && <option value="range">{range}</option>}
        {names.map(([id, text]) => <option key={id} value={id}>{text}</option>)}
      </select>
      <button type="button" className={styles.step} aria-label="Period before" disabled={!hasBefore} onClick={() => onChange(clamped(stepChoice(choice, now, -1), info, now))}>
        <ChevronLeft size={16} aria-hidden />
      </button>
      <span className={styles.when} aria-live="polite">{spanWords(choice.period, span)}</span>
      <button type="button" className={styles.step} aria-label="Next period" disabled={!hasAfter} onClick={() => onChange(clamped(stepChoice(choice, now, 1), info, now))}>
        <ChevronRight size={16} aria-hidden />
      </button>
    </div>
  );
}
