import { useState, type FormEvent } from 'react';
import { Button } from '../../../components/button';
import { Checkbox } from '../../../components/checkbox';
import { Choice } from '../../../components/choice';
import { DialogActions } from '../../../components/dialog';
import { Field } from '../../../components/field';
import { Notice } from '../../../components/states';
import { fieldWords, formWords } from '../../../lib/refusal';
import { useSaveGoal, type Goal, type GoalDraft } from './use-goals';
import form from '../../../components/form.module.css';

interface Props {
  readonly idSite: number;
  readonly currency: string;
  /** The goal to change; without it a new one is made. */
  readonly goal?: Goal;
  readonly onClose: () => void;
}

/** What visitors do, in the words of people; the hint says what the pattern is compared with. */
const acts = [
  { id: 'url', text: 'Visit a page, by its address', hint: 'The whole address, as https://example.org/thanks' },
  { id: 'title', text: 'Visit a page, by its title', hint: 'The title of the page' },
  { id: 'file', text: 'Download a file', hint: 'The address of the file' },
  { id: 'external_website', text: 'Follow a link to another website', hint: 'The address of the link' },
  { id: 'event_category', text: 'Set off an event, by its category', hint: 'The category of the event' },
  { id: 'event_action', text: 'Set off an event, by its action', hint: 'The action of the event' },
  { id: 'event_name', text: 'Set off an event, by its name', hint: 'The name of the event' },
  { id: 'visit_duration', text: 'Stay for some time', hint: 'Minutes' },
  { id: 'manually', text: 'Something that the site itself reports', hint: '' },
] as const;

const kinds = [
  { id: 'contains', text: 'contains' },
  { id: 'exact', text: 'is exactly' },
  { id: 'regex', text: 'matches the expression' },
] as const;

const fields = ['name', 'description', 'pattern', 'revenue'];
const blank: GoalDraft = {
  name: '', description: '', attribute: 'url', pattern: '', patternType: 'contains', caseSensitive: false, many: false, revenue: '', eventValue: false,
};

export function GoalForm({ idSite, currency, goal, onClose }: Props) {
  const [draft, setDraft] = useState<GoalDraft>(goal ?? blank);
  const save = useSaveGoal(idSite, goal?.id);
  const set = (changes: Partial<GoalDraft>) => setDraft({ ...draft, ...changes });
  const act = acts.find((one) => one.id === draft.attribute) ?? acts[0];
  const byHand = act.id === 'manually';
  const byTime = act.id === 'visit_duration';
  const byEvent = act.id.startsWith('event_');
  const problem = formWords(save.error, fields);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (save.isPending) return;
    const patternType = byTime ? 'greater_than' : byHand || draft.patternType === 'greater_than' ? 'contains' : draft.patternType;
    save.mutate({ ...draft, patternType, pattern: byHand ? '' : draft.pattern, eventValue: byEvent && draft.eventValue }, { onSuccess: onClose });
  };
  return (
    <form className={form.form} onSubmit={submit}>
      {problem && <Notice tone="danger">{problem}</Notice>}
      <Field label="Name" isRequired autoFocus maxLength={255} value={draft.name} onChange={(name) => set({ name })} error={fieldWords(save.error, 'name')} />
      <Field label="Description" maxLength={255} value={draft.description} onChange={(description) => set({ description })} error={fieldWords(save.error, 'description')} />
      <Choice label="Visitors reach it when they" options={acts} value={act.id} onChange={(attribute) => set({ attribute })} />
      {!byHand && !byTime && (
        <Choice label="Which" options={kinds} value={draft.patternType === 'greater_than' ? 'contains' : draft.patternType} onChange={(patternType) => set({ patternType })} />
      )}
      {!byHand && (
        <Field
          label={byTime ? 'More than so many minutes' : 'This'}
          isRequired
          isCode
          maxLength={255}
          hint={act.hint}
          {...(byTime ? { inputMode: 'decimal' as const } : {})}
          value={draft.pattern}
          onChange={(pattern) => set({ pattern })}
          error={fieldWords(save.error, 'pattern')}
        />
      )}
      {!byHand && !byTime && (
        <Checkbox isSelected={draft.caseSensitive} onChange={(caseSensitive) => set({ caseSensitive })}>Tell capital letters from small ones</Checkbox>
      )}
      <Checkbox isSelected={draft.many} onChange={(many) => set({ many })} hint="Without it a visit counts once, however often it gets there.">Count each time</Checkbox>
      <Field
        label={`Worth, in ${currency}`}
        inputMode="decimal"
        placeholder="0"
        value={draft.revenue}
        onChange={(revenue) => set({ revenue })}
        error={fieldWords(save.error, 'revenue')}
      />
      {byEvent && <Checkbox isSelected={draft.eventValue} onChange={(eventValue) => set({ eventValue })}>Take the value of the event instead</Checkbox>}
      <DialogActions>
        <Button onPress={onClose}>Cancel</Button>
        <Button look="primary" type="submit" isPending={save.isPending}>{save.isPending ? 'Saving…' : goal ? 'Save' : 'Add the goal'}</Button>
      </DialogActions>
    </form>
  );
}

const kindWords = (kind: string): string => kinds.find((one) => one.id === kind)?.text ?? '';

/** What a goal is, in a sentence: "Visit a page, by its address: contains thank-you". */
export function goalWords(goal: Goal): string {
  const act = acts.find((one) => one.id === goal.attribute)?.text ?? goal.attribute;
  if (goal.attribute === 'manually') return act;
  if (goal.attribute === 'visit_duration') return `${act}: more than ${goal.pattern} minutes`;
  return `${act}: ${kindWords(goal.patternType)} ${goal.pattern}`;
}
