import { Plus, X } from 'lucide-react';
import { useState, type FormEvent } from 'react';
import { Button, IconButton } from '../../../components/button';
import { Checkbox } from '../../../components/checkbox';
import { Choice } from '../../../components/choice';
import { DialogActions } from '../../../components/dialog';
import { Field } from '../../../components/field';
import { Notice } from '../../../components/states';
import { fieldWords, formWords } from '../../../lib/refusal';
import { useSaveDimension, useSlotsLeft, type Dimension, type DimensionDraft, type Extraction } from './use-dimensions';
import form from '../../../components/form.module.css';
import styles from './dimension-form.module.css';

interface Props {
  readonly idSite: number;
  /** The dimension to change; without it a new one is defined. */
  readonly dimension?: Dimension;
  readonly onClose: () => void;
}

const sources = [
  { id: 'url', text: 'Address of the page', hint: 'An expression with one pair of brackets around the value, as /blog/([a-z]+)/' },
  { id: 'urlparam', text: 'Parameter of the address', hint: 'The name of the parameter, as author' },
  { id: 'action_name', text: 'Title of the page', hint: 'An expression with one pair of brackets around the value, as ^(.+) - Shop$' },
] as const;

const rules_max = 10;
const blank: DimensionDraft = { name: '', scope: 'visit', active: true, caseSensitive: true, extractions: [] };
const fields = ['name', 'scope', 'extractions'];

interface RulesProps {
  readonly rules: readonly Extraction[];
  readonly error: string | undefined;
  readonly onChange: (rules: readonly Extraction[]) => void;
}

/** Where values come from when the site sends none itself: the first rule that finds one wins. */
function Rules({ rules, error, onChange }: RulesProps) {
  const set = (at: number, changes: Partial<Extraction>) => onChange(rules.map((rule, index) => (index === at ? { ...rule, ...changes } : rule)));
  return (
    <fieldset className={styles.rules}>
      <legend className={styles.legend}>Take the value from</legend>
      {rules.length === 0 && <p className={styles.none}>Nothing: the site sends it itself.</p>}
      {rules.map((rule, at) => (
        <div key={at} className={styles.rule}>
          <Choice label={`Source ${at + 1}`} bare options={sources} value={rule.from} onChange={(from) => set(at, { from })} />
          <Field
            label={`Pattern ${at + 1}`}
            isCode
            isRequired
            maxLength={500}
            hint={sources.find((source) => source.id === rule.from)?.hint}
            value={rule.pattern}
            onChange={(pattern) => set(at, { pattern })}
          />
          <IconButton label={`Remove source ${at + 1}`} onPress={() => onChange(rules.toSpliced(at, 1))}><X size={15} aria-hidden /></IconButton>
        </div>
      ))}
      {error && <Notice tone="danger">{error}</Notice>}
      {rules.length < rules_max && (
        <Button onPress={() => onChange([...rules, { from: 'url', pattern: '' }])}><Plus size={14} aria-hidden /> Add a source</Button>
      )}
    </fieldset>
  );
}

export function DimensionForm({ idSite, dimension, onClose }: Props) {
  const [draft, setDraft] = useState<DimensionDraft>(dimension ?? blank);
  const save = useSaveDimension(idSite, dimension?.id);
  const left = useSlotsLeft(idSite);
  const set = (changes: Partial<DimensionDraft>) => setDraft({ ...draft, ...changes });
  const scopes = [['visit', 'The whole visit'], ['action', 'A single action']] as const;
  const leftWords = (scope: string) => (left.data ? `, ${left.data[scope] ?? 0} left` : '');
  const problem = formWords(save.error, fields);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!save.isPending) save.mutate(draft, { onSuccess: onClose });
  };
  return (
    <form className={form.form} onSubmit={submit}>
      {problem && <Notice tone="danger">{problem}</Notice>}
      <Field label="Name" isRequired autoFocus maxLength={255} value={draft.name} onChange={(name) => set({ name })} error={fieldWords(save.error, 'name')} />
      {dimension ? null : (
        <Choice
          label="It tells something about"
          options={scopes.map(([id, text]) => ({ id, text: `${text}${leftWords(id)}` }))}
          value={draft.scope}
          onChange={(id) => set({ scope: id === 'action' ? 'action' : 'visit' })}
        />
      )}
      {fieldWords(save.error, 'scope') && <Notice tone="danger">{fieldWords(save.error, 'scope')}</Notice>}
      {draft.scope === 'action' && (
        <>
          <Rules rules={draft.extractions} error={fieldWords(save.error, 'extractions')} onChange={(extractions) => set({ extractions })} />
          {draft.extractions.length > 0 && (
            <Checkbox isSelected={draft.caseSensitive} onChange={(caseSensitive) => set({ caseSensitive })}>Tell capital letters from small ones</Checkbox>
          )}
        </>
      )}
      <Checkbox isSelected={draft.active} onChange={(active) => set({ active })} hint="Without it no values are recorded; what was recorded stays.">Record values</Checkbox>
      <DialogActions>
        <Button onPress={onClose}>Cancel</Button>
        <Button look="primary" type="submit" isPending={save.isPending}>{save.isPending ? 'Saving…' : dimension ? 'Save' : 'Add the dimension'}</Button>
      </DialogActions>
    </form>
  );
}

/** What a dimension is, in a sentence. */
export function dimensionWords(dimension: Dimension): string {
  const about = dimension.scope === 'visit' ? 'of the whole visit' : 'of a single action';
  const from = dimension.extractions.map((rule) => sources.find((source) => source.id === rule.from)?.text.toLowerCase() ?? rule.from);
  const taken = from.length === 0 ? [] : [`taken from the ${[...new Set(from)].join(', the ')}`];
  return [about, ...taken, ...(dimension.active ? [] : ['not recorded now']), `number ${dimension.id}`].join(', ');
}
