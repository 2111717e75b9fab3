import type { CalendarDate } from '@internationalized/date';
import { ChevronLeft, ChevronRight } from 'lucide-react';
import { useState } from 'react';
import {
  Button, Calendar, CalendarCell, CalendarGrid, CalendarGridBody, CalendarGridHeader, CalendarHeaderCell, Heading, RangeCalendar,
} from 'react-aria-components';
import type { Span } from '../lib/dates';
import styles from './calendars.module.css';

interface DayProps {
  readonly value: CalendarDate;
  readonly max: CalendarDate;
  readonly onPick: (day: CalendarDate) => void;
}

function Head() {
  return (
    <div className={styles.head}>
      <Button slot="previous" className={styles.arrow ?? ''}><ChevronLeft size={16} aria-hidden /></Button>
      <Heading className={styles.month ?? ''} />
      <Button slot="next" className={styles.arrow ?? ''}><ChevronRight size={16} aria-hidden /></Button>
    </div>
  );
}

function Days({ offset = 0 }: { readonly offset?: number }) {
  return (
    <CalendarGrid offset={{ months: offset }} className={styles.grid ?? ''} weekdayStyle="short">
      <CalendarGridHeader>{(day) => <CalendarHeaderCell className={styles.weekday ?? ''}>{day}</CalendarHeaderCell>}</CalendarGridHeader>
      <CalendarGridBody>{(date) => <CalendarCell date={date} className={styles.day ?? ''} />}</CalendarGridBody>
    </CalendarGrid>
  );
}

export function DayCalendar({ value, max, onPick }: DayProps) {
  return (
    <Calendar aria-label="Day" defaultValue={value} maxValue={max} firstDayOfWeek="mon" onChange={onPick} className={styles.calendar ?? ''}>
      <Head />
      <Days />
    </Calendar>
  );
}

interface RangeProps {
  readonly span: Span;
  readonly max: CalendarDate;
  readonly months: 1 | 2;
  readonly onPick: (span: Span) => void;
}

/** First and last day on two calendars beside each other. */
export function TwoMonths({ span, max, months, onPick }: RangeProps) {
  return (
    <RangeCalendar
      aria-label="Range"
      defaultValue={span.end.compare(max) > 0 ? { start: span.start, end: max } : span}
      defaultFocusedValue={span.end.compare(max) > 0 ? max : span.end}
      maxValue={max}
      firstDayOfWeek="mon"
      visibleDuration={{ months }}
      onChange={(value) => onPick({ start: value.start as CalendarDate, end: value.end as CalendarDate })}
      className={styles.calendar ?? ''}
      selectionAlignment="end"
    >
      <Head />
      <div className={styles.months}>
        <Days />
        {months === 2 && <Days offset={1} />}
      </div>
    </RangeCalendar>
  );
}

const monthNames = Array.from({ length: 12 }, (_, month) =>
  new Intl.DateTimeFormat(undefined, { month: 'short', timeZone: 'UTC' }).format(Date.UTC(2026, month, 1)),
);

export function MonthGrid({ value, max, onPick }: DayProps) {
  const [year, setYear] = useState(value.year);
  return (
    <div className={styles.calendar}>
      <div className={styles.head}>
        <Button className={styles.arrow ?? ''} aria-label="Year before" onPress={() => setYear(year - 1)}><ChevronLeft size={16} aria-hidden /></Button>
        <p className={styles.month}>{year}</p>
        <Button className={styles.arrow ?? ''} aria-label="Year after" isDisabled={year >= max.year} onPress={() => setYear(year + 1)}><ChevronRight size={16} aria-hidden /></Button>
      </div>
      <div className={styles.blocks} role="group" aria-label={`Months of ${year}`}>
        {monthNames.map((name, at) => {
          const first = value.set({ year, month: at + 1, day: 1 });
          return (
            <Button key={name} className={styles.block ?? ''} isDisabled={first.compare(max) > 0} aria-pressed={year === value.year && at + 1 === value.month} onPress={() => onPick(first)}>
              {name}
            </Button>
          );
        })}
      </div>
    </div>
  );
}

const years_shown = 9;

export function YearGrid({ value, max, onPick }: DayProps) {
  const years = Array.from({ length: years_shown }, (_, at) => max.year - years_shown + 1 + at);
  return (
    <div className={styles.blocks} role="group" aria-label="Years">
      {years.map((year) => (
        <Button key={year} className={styles.block ?? ''} aria-pressed={year === value.year} onPress={() => onPick(value.set({ year, month: 1, day: 1 }))}>
          {year}
        </Button>
      ))}
    </div>
  );
}
