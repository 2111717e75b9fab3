import { ArrowLeft, ArrowRight, CalendarDays, ChevronDown } from 'lucide-react';
import { useState } from 'react';
import { Button, Dialog, DialogTrigger, Popover } from 'react-aria-components';
import { IconButton } from '../components/button';
import { Choice } from '../components/choice';
import { Dialog as Sheet } from '../components/dialog';
import { choiceWords, compareWords, spanWords, stepChoice, type CompareName, type PeriodChoice, type PeriodName } from '../lib/dates';
import { usePhone } from '../lib/screen';
import { DayCalendar, MonthGrid, TwoMonths, YearGrid } from './calendars';
import { useSiteView } from './site-view';
import choice from '../components/choice.module.css';
import styles from './period-picker.module.css';

interface Preset extends PeriodChoice {
  readonly text: string;
}

const presets: readonly Preset[] = [
  { text: 'Today', period: 'day', date: 'today' },
  { text: 'Yesterday', period: 'day', date: 'yesterday' },
  { text: 'Last 7 days', period: 'range', date: 'last7' },
  { text: 'Last 30 days', period: 'range', date: 'last30' },
  { text: 'Last 90 days', period: 'range', date: 'last90' },
  { text: 'This week', period: 'week', date: 'today' },
  { text: 'This month', period: 'month', date: 'today' },
  { text: 'This year', period: 'year', date: 'today' },
];

const units: readonly { readonly id: PeriodName; readonly text: string }[] = [
  { id: 'day', text: 'Day' },
  { id: 'week', text: 'Week' },
  { id: 'month', text: 'Month' },
  { id: 'year', text: 'Year' },
  { id: 'range', text: 'Range' },
];

const comparisons: readonly { readonly id: CompareName; readonly text: string }[] = [
  { id: 'previous', text: 'Compare with the period before' },
  { id: 'year', text: 'Compare with a year before' },
  { id: 'none', text: 'Compare with nothing' },
];

function PickerBody({ close }: { readonly close: () => void }) {
  const { view, now, span, change } = useSiteView();
  const phone = usePhone();
  const [unit, setUnit] = useState<PeriodName>(view.period);
  const pick = (picked: PeriodChoice) => {
    change({ period: picked.period, date: picked.date });
    close();
  };
  return (
    <div className={styles.body}>
      <ul className={styles.presets} aria-label="Often used">
        {presets.map((preset) => (
          <li key={preset.text}>
            <Button
              className={styles.preset ?? ''}
              onPress={() => pick(preset)}
              data-current={(view.period === preset.period && view.date === preset.date) || undefined}
            >
              {preset.text}
            </Button>
          </li>
        ))}
      </ul>
      <div className={styles.choose}>
        <div className={styles.units} role="group" aria-label="Kind of period">
          {units.map((one) => (
            <Button key={one.id} className={styles.unit ?? ''} aria-pressed={one.id === unit} onPress={() => setUnit(one.id)}>
              {one.text}
            </Button>
          ))}
        </div>
        {(unit === 'day' || unit === 'week') && (
          <DayCalendar value={span.end.compare(now) > 0 ? now : span.end} max={now} onPick={(day) => pick({ period: unit, date: day.toString() })} />
        )}
        {unit === 'month' && <MonthGrid value={span.end} max={now} onPick={(day) => pick({ period: unit, date: day.toString() })} />}
        {unit === 'year' && <YearGrid value={span.end} max={now} onPick={(day) => pick({ period: unit, date: day.toString() })} />}
        {unit === 'range' && (
          <TwoMonths span={span} max={now} months={phone ? 1 : 2} onPick={(days) => pick({ period: 'range', date: `${days.start},${days.end}` })} />
        )}
        <Choice label="Comparison" bare options={comparisons} value={view.compare} onChange={(id) => change({ compare: id as CompareName })} />
      </div>
    </div>
  );
}

/** One button that says the period in words, with arrows to the periods beside it. */
export function PeriodPicker() {
  const { view, now, span, change } = useSiteView();
  const phone = usePhone();
  const [open, setOpen] = useState(false);
  const compared = compareWords(view, view.compare, now);
  const words = choiceWords(view, now);
  const step = (steps: number) => change(stepChoice(view, now, steps));
  const button = (
    <Button className={styles.button ?? ''} {...(phone ? { onPress: () => setOpen(true) } : {})} aria-label={`Period: ${words}${compared && `, compared with ${compared}`}. Change it`}>
      <CalendarDays size={15} aria-hidden />
      <span className={styles.words} title={spanWords(view.period, span)}>
        <span className={styles.period}>{words}</span>
        {compared && <span className={styles.compared}>, compared with {compared}</span>}
      </span>
      <ChevronDown size={14} aria-hidden />
    </Button>
  );
  return (
    <div className={styles.picker}>
      <IconButton label="Period before (←)" onPress={() => step(-1)}>
        <ArrowLeft size={16} aria-hidden />
      </IconButton>
      {phone ? (
        <>
          {button}
          <Sheet kind="sheet" title="Period" isOpen={open} onClose={() => setOpen(false)}>
            <PickerBody close={() => setOpen(false)} />
          </Sheet>
        </>
      ) : (
        <DialogTrigger isOpen={open} onOpenChange={setOpen}>
          {button}
          <Popover className={`${choice.popover} ${styles.popover}`} placement="bottom end">
            <Dialog aria-label="Period" className={styles.dialog ?? ''}>
              <PickerBody close={() => setOpen(false)} />
            </Dialog>
          </Popover>
        </DialogTrigger>
      )}
      <IconButton label="Period after (→)" isDisabled={span.end.compare(now) >= 0} onPress={() => step(1)}>
        <ArrowRight size={16} aria-hidden />
      </IconButton>
    </div>
  );
}
