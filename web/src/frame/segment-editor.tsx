import { useQuery } from '@tanstack/react-query';
import { useMemo, useState, type FormEvent } from 'react';
import { apiGetSegmentsMetadata } from '../api/generated';
import { Button } from '../components/button';
import { Choice, SearchChoice, type OptionGroup } from '../components/choice';
import { Field } from '../components/field';
import { ErrorState, Skeleton } from '../components/states';
import { operators, writeCondition, type Sign } from '../lib/segment';
import { useSiteView } from '../lib/site-view';
import styles from './segment-editor.module.css';

interface SegmentName {
  readonly id: string;
  readonly name: string;
  readonly category: string;
  readonly isMetric: boolean;
}

function readNames(answer: unknown): SegmentName[] {
  if (!Array.isArray(answer)) return [];
  return answer.map((row: Record<string, unknown>) => ({
    id: String(row.segment),
    name: String(row.name),
    category: String(row.category),
    isMetric: row.type === 'metric',
  }));
}

function useSegmentNames(idSite: number) {
  return useQuery({
    queryKey: ['segment-names', idSite],
    queryFn: async ({ signal }) => readNames(await apiGetSegmentsMetadata({ idSites: String(idSite) }, signal)),
    staleTime: Infinity,
  });
}

function grouped(names: readonly SegmentName[]): OptionGroup[] {
  const groups = new Map<string, { id: string; text: string }[]>();
  for (const { id, name, category } of names) groups.set(category, [...(groups.get(category) ?? []), { id, text: name }]);
  return [...groups].map(([name, options]) => ({ name, options }));
}

/** Name, operator, value: one condition that joins the others by "and". */
export function SegmentEditor({ onAdd }: { readonly onAdd: (condition: string) => void }) {
  const { site } = useSiteView();
  const names = useSegmentNames(site.idsite);
  const [name, setName] = useState('countryCode');
  const [sign, setSign] = useState<Sign>('==');
  const [value, setValue] = useState('');
  const groups = useMemo(() => grouped(names.data ?? []), [names.data]);
  if (names.isPending) return <Skeleton rows={3} />;
  if (names.isError) return <ErrorState what="The conditions" error={names.error} onRetry={() => void names.refetch()} />;
  const isMetric = names.data.find((one) => one.id === name)?.isMetric ?? false;
  const options = operators.flatMap((one) => {
    const text = isMetric ? one.metric : one.text;
    return text ? [{ id: one.sign, text }] : [];
  });
  const chosen = options.find((one) => one.id === sign)?.id ?? '==';
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onAdd(writeCondition({ name, sign: chosen, value: value.trim() }));
  };
  return (
    <form className={styles.form} onSubmit={submit}>
      <p className={styles.title}>Count only visits where</p>
      <SearchChoice label="What" groups={groups} value={name} onChange={setName} />
      <div className={styles.pair}>
        <Choice label="How" options={options} value={chosen} onChange={(id) => setSign(id as Sign)} />
        <Field label="Value" value={value} onChange={setValue} autoFocus {...(isMetric ? { inputMode: 'decimal' as const } : {})} />
      </div>
      <Button look="primary" type="submit" isDisabled={isMetric && value.trim() === ''}>
        Add the condition
      </Button>
    </form>
  );
}
