import { useQuery } from '@tanstack/react-query';
import { useMemo, useState, type FormEvent } from 'react';
import { Autocomplete, ListBox, ListBoxItem, useFilter } from 'react-aria-components';
import { apiGetSegmentsMetadata, apiGetSuggestedValuesForSegment } from '../api/generated';
import { Button } from '../components/button';
import { Choice, SearchChoice, type OptionGroup } from '../components/choice';
import { DialogActions } from '../components/dialog';
import { Field } from '../components/field';
import { ErrorState, Skeleton } from '../components/states';
import { conditionWords, operators, valueWords, writeCondition, type Sign } from '../lib/segment';
import { useSiteView } from './site-view';
import choice from '../components/choice.module.css';
import styles from './segment-editor.module.css';

const suggestions_ms = 5 * 60_000;

interface SegmentName {
  readonly id: string;
  readonly name: string;
  readonly category: string;
  readonly isMetric: boolean;
  /** Values as examples; empty when any text may come. */
  readonly accepted: string;
}

function readNames(answer: unknown): SegmentName[] {
  if (!Array.isArray(answer)) return [];
  return answer.map((row: Record<string, unknown>) => ({
    id: String(row.segment),
    name: String(row.name),
    category: String(row.category),
    isMetric: row.type === 'metric',
    accepted: typeof row.acceptedValues === 'string' ? row.acceptedValues : '',
  }));
}

function useSegmentNames(idSite: number) {
  return useQuery({
    queryKey: ['segment-names', idSite],
    queryFn: async ({ signal }) => readNames(await apiGetSegmentsMetadata({ idSites: String(idSite) }, signal)),
    staleTime: Infinity,
  });
}

/** Values that came lately, most frequent first, with the words they are known by. */
function useSuggestions(idSite: number, name: string) {
  return useQuery({
    queryKey: ['suggested-values', idSite, name],
    queryFn: async ({ signal }) => {
      const answer = await apiGetSuggestedValuesForSegment({ idSite, segmentName: name }, signal);
      const values = Array.isArray(answer) ? [...new Set(answer.map(String))].filter((value) => value !== '') : [];
      return values.map((value) => ({ id: value, text: valueWords({ name, sign: '==', value }) }));
    },
    staleTime: suggestions_ms,
  });
}

function grouped(names: readonly SegmentName[]): OptionGroup[] {
  const groups = new Map<string, { id: string; text: string }[]>();
  for (const { id, name, category } of names) groups.set(category, [...(groups.get(category) ?? []), { id, text: name }]);
  return [...groups].map(([name, options]) => ({ name, options }));
}

/** Name, operator, value: one condition that joins the others by "and"; it may have alternatives. */
export function SegmentEditor({ onAdd }: { readonly onAdd: (condition: string) => void }) {
  const { site } = useSiteView();
  const names = useSegmentNames(site.idsite);
  const [name, setName] = useState('countryCode');
  const [sign, setSign] = useState<Sign>('==');
  const [value, setValue] = useState('');
  const [alternatives, setAlternatives] = useState<readonly string[]>([]);
  const suggestions = useSuggestions(site.idsite, name).data ?? [];
  const { contains } = useFilter({ sensitivity: 'base' });
  const groups = useMemo(() => grouped(names.data ?? []), [names.data]);
  if (names.isPending) return <Skeleton rows={3} />;
  if (names.isError) return <ErrorState what="The conditions" error={names.error} onRetry={() => void names.refetch()} />;
  const { isMetric = false, accepted = '' } = names.data.find((one) => one.id === name) ?? {};
  const options = operators.flatMap((one) => {
    const text = isMetric ? one.metric : one.text;
    return text ? [{ id: one.sign, text }] : [];
  });
  const chosen = options.find((one) => one.id === sign)?.id ?? '==';
  const typed = value.trim();
  const lacks = isMetric && typed === '';
  const written = () => {
    const named = suggestions.find((one) => one.text.toLowerCase() === typed.toLowerCase());
    return writeCondition({ name, sign: chosen, value: named?.id ?? typed });
  };
  const rename = (id: string) => {
    setName(id);
    setValue('');
  };
  const another = () => {
    setAlternatives([...alternatives, written()]);
    setValue('');
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!lacks) onAdd([...alternatives, written()].join(','));
  };
  return (
    <form className={styles.form} onSubmit={submit}>
      <p className={styles.title}>Count only visits where</p>
      {alternatives.length > 0 && <p>{conditionWords(alternatives.join(',')).map((one) => `${one.name} ${one.sign} ${one.value}`).join(' or ')}, or</p>}
      <SearchChoice label="What" groups={groups} value={name} onChange={rename} />
      <Autocomplete filter={contains} inputValue={value} onInputChange={setValue} disableAutoFocusFirst>
        <div className={styles.pair}>
          <Choice label="How" options={options} value={chosen} onChange={(id) => setSign(id as Sign)} />
          <Field label="Value" autoFocus isCode {...(isMetric ? { inputMode: 'decimal' as const } : {})} />
        </div>
        <p className={styles.hint}>{isMetric ? 'A number.' : accepted && suggestions.length === 0 ? `Values are like ${accepted}` : 'Left empty: visits without a value.'}</p>
        {suggestions.length > 0 && (
          <div className={styles.suggestions} tabIndex={0} role="group" aria-label="Seen lately">
            <ListBox
              aria-label="Seen lately"
              items={suggestions}
              className={styles.list ?? ''}
              selectionMode="none"
              onAction={(id) => setValue(suggestions.find((one) => one.id === id)?.text ?? String(id))}
              renderEmptyState={() => <p className={styles.hint}>None of the values that came lately.</p>}
            >
              {(one: { readonly id: string; readonly text: string }) => (
                <ListBoxItem id={one.id} textValue={one.text} className={choice.option ?? ''}><span className={choice.optionText}>{one.text}</span></ListBoxItem>
              )}
            </ListBox>
          </div>
        )}
      </Autocomplete>
      <DialogActions>
        <Button onPress={another} isDisabled={lacks}>Or</Button>
        <Button look="primary" type="submit" isDisabled={lacks}>Add the condition</Button>
      </DialogActions>
    </form>
  );
}
