import { useState } from 'react';
import { useSession } from '../../../api/session';
import { Button } from '../../../components/button';
import { Checkbox } from '../../../components/checkbox';
import { Choice } from '../../../components/choice';
import { Dialog, DialogActions } from '../../../components/dialog';
import { Field } from '../../../components/field';
import { Notice } from '../../../components/states';
import { refusalWords } from '../../../lib/refusal';
import { counted } from '../../../lib/words';
import { useColumns, useMaskPast, usePastPreview, type PastValues } from './use-privacy';

const masks = [
  { id: 'anonymizeIp', text: 'Mask addresses' },
  { id: 'anonymizeUserId', text: 'Replace user IDs by pseudonyms' },
  { id: 'anonymizeOrderId', text: 'Replace order numbers by pseudonyms' },
  { id: 'maskTexts', text: 'Mask parameters, e-mail addresses, card numbers and tokens' },
] as const;

const details = {
  anonymizeReferrer: { label: 'Referrers', options: { '': 'As they are', exclude_query: 'Without parameters', exclude_path: 'Only the host', exclude_all: 'None' } },
  locationDetail: { label: 'Locations', options: { '': 'As they are', region: 'Down to the region', country: 'Only the country', none: 'None' } },
  resolutionDetail: { label: 'Resolutions', options: { '': 'As they are', rounded: 'Rounded', none: 'None' } },
  languageDetail: { label: 'Languages', options: { '': 'As they are', language: 'Without region', none: 'None' } },
} as const;

const bytes = { 1: '1 byte', 2: '2 bytes', 3: '3 bytes', 4: 'All of it' } as const;

const optionsOf = (options: Readonly<Record<string, string>>) => Object.entries(options).map(([id, text]) => ({ id: id === '' ? 'as-is' : id, text }));

/** What is to be masked of stored visits; how much it touches is shown before it is done. */
export function PastDialog({ onClose }: { readonly onClose: () => void }) {
  const { sites } = useSession();
  const [site, setSite] = useState('all');
  const [first, setFirst] = useState('');
  const [last, setLast] = useState('');
  const [length, setLength] = useState('2');
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [detail, setDetail] = useState<Readonly<Record<string, string>>>({});
  const [unset, setUnset] = useState('');
  const columns = useColumns();
  const preview = usePastPreview();
  const mask = useMaskPast();
  const toggle = (id: string, on: boolean) => setChosen(new Set(on ? [...chosen, id] : [...chosen].filter((one) => one !== id)));
  const names = unset.split(/[\s,]+/).filter(Boolean);
  const values: PastValues = {
    idSites: site,
    date: `${first},${last}`,
    ...Object.fromEntries([...chosen].map((id) => [id, 1])),
    ...(chosen.has('anonymizeIp') ? { maskLength: Number(length) } : {}),
    ...detail,
    unsetVisitColumns: names.filter((name) => columns.data?.visit.includes(name)).join(','),
    unsetLinkVisitActionColumns: names.filter((name) => columns.data?.action.includes(name)).join(','),
  };
  const unknown = names.filter((name) => columns.data && !columns.data.visit.includes(name) && !columns.data.action.includes(name));
  const isReady = first !== '' && last !== '' && unknown.length === 0;
  const isOfThese = JSON.stringify(preview.variables) === JSON.stringify(values);
  const touched = isOfThese ? preview.data : undefined;
  const problem = refusalWords((isOfThese ? preview.error : undefined) ?? mask.error);
  return (
    <Dialog title="Mask stored visits" isOpen onClose={onClose} danger>
      <p>What is masked here is gone for good, in this installation and in every backup that is restored later.</p>
      <Choice label="Sites" options={[{ id: 'all', text: 'All sites' }, ...sites.map((one) => ({ id: String(one.idsite), text: one.name }))]} value={site} onChange={setSite} />
      <Field label="From" type="date" isRequired value={first} onChange={setFirst} />
      <Field label="To" type="date" isRequired value={last} onChange={setLast} />
      {masks.map((one) => <Checkbox key={one.id} isSelected={chosen.has(one.id)} onChange={(on) => toggle(one.id, on)}>{one.text}</Checkbox>)}
      {chosen.has('anonymizeIp') && <Choice label="Of each address" options={optionsOf(bytes)} value={length} onChange={setLength} />}
      {Object.entries(details).map(([id, one]) => (
        <Choice key={id} label={one.label} options={optionsOf(one.options)} value={detail[id] || 'as-is'} onChange={(value) => setDetail({ ...detail, [id]: value === 'as-is' ? '' : value })} />
      ))}
      <Field label="Columns to empty" isCode value={unset} onChange={setUnset} hint="Names of stored columns with commas, as city, resolution" error={unknown.length > 0 ? `There is no column ${unknown.join(', ')} that may be emptied.` : undefined} />
      {touched && <Notice tone="warn">{counted(Number(touched.log_visit ?? 0), 'visit')} and {counted(Number(touched.log_link_visit_action ?? 0), 'action')} will be masked.</Notice>}
      {problem && <Notice tone="danger">{problem}</Notice>}
      <DialogActions>
        <Button onPress={onClose}>Cancel</Button>
        {touched ? (
          <Button look="danger" isDisabled={!isReady} isPending={mask.isPending} onPress={() => mask.mutate(values, { onSuccess: onClose })}>{mask.isPending ? 'One moment…' : 'Mask them for good'}</Button>
        ) : (
          <Button look="primary" isDisabled={!isReady} isPending={preview.isPending} onPress={() => preview.mutate(values)}>Show what it touches</Button>
        )}
      </DialogActions>
    </Dialog>
  );
}
