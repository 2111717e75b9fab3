import { useState, type FormEvent } from 'react';
import { useSession } from '../../../api/session';
import { Button } from '../../../components/button';
import { Checkbox } from '../../../components/checkbox';
import { Choice } from '../../../components/choice';
import { Confirm } from '../../../components/confirm';
import { Field } from '../../../components/field';
import { EmptyState, Notice } from '../../../components/states';
import { saveFile } from '../../../lib/download';
import { refusalWords } from '../../../lib/refusal';
import { counted } from '../../../lib/words';
import { AdminPage, SettingGroup } from '../admin-page';
import { JobList } from './job-list';
import { useDeleteSubjects, useExportSubjects, useFindSubjects, type FoundVisit } from './use-privacy';
import form from './form.module.css';
import list from '../list.module.css';

/** One more is asked for, so that it shows when there are more. */
const shown_max = 400;

const ways = [
  { id: 'userId==', text: 'User ID' },
  { id: 'visitorId==', text: 'Visitor ID' },
  { id: 'visitIp==', text: 'Address' },
  { id: '', text: 'Any segment' },
] as const;

const keyOf = (visit: FoundVisit): string => `${visit.idSite}:${visit.idVisit}`;

function VisitRow({ visit, isChosen, onChange }: { readonly visit: FoundVisit; readonly isChosen: boolean; readonly onChange: (on: boolean) => void }) {
  return (
    <li className={list.row}>
      <div className={list.main}>
        <Checkbox isSelected={isChosen} onChange={onChange}>{visit.time}, {counted(visit.actions, 'action')}</Checkbox>
        <p className={list.sub}>{[visit.user && `User ${visit.user}`, `visitor ${visit.visitor}`, visit.address, visit.place, visit.device].filter(Boolean).join(' · ')}</p>
      </div>
    </li>
  );
}

function Found({ visits, onGone }: { readonly visits: readonly FoundVisit[]; readonly onGone: (count: number) => void }) {
  const shown = visits.slice(0, shown_max);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set(shown.map(keyOf)));
  const [open, setOpen] = useState(false);
  const hand = useExportSubjects();
  const erase = useDeleteSubjects();
  const picked = shown.filter((visit) => chosen.has(keyOf(visit)));
  const toggle = (visit: FoundVisit, on: boolean) => setChosen(new Set(on ? [...chosen, keyOf(visit)] : [...chosen].filter((key) => key !== keyOf(visit))));
  const save = (data: unknown) => saveFile(`visits-${new Date().toISOString().slice(0, 10)}.json`, 'application/json', JSON.stringify(data, undefined, 2));
  const problem = refusalWords(hand.error);
  return (
    <SettingGroup title={visits.length > shown_max ? `The newest ${shown_max} visits` : counted(visits.length, 'visit')}>
      {visits.length > shown_max && <Notice tone="warn">There are more. Erase these first, then search again.</Notice>}
      <Checkbox isSelected={picked.length === shown.length} isIndeterminate={picked.length > 0 && picked.length < shown.length} onChange={(on) => setChosen(new Set(on ? shown.map(keyOf) : []))}>All of them</Checkbox>
      <ul className={list.list} aria-label="Visits found">
        {shown.map((visit) => <VisitRow key={keyOf(visit)} visit={visit} isChosen={chosen.has(keyOf(visit))} onChange={(on) => toggle(visit, on)} />)}
      </ul>
      {problem && <Notice tone="danger">{problem}</Notice>}
      <div className={list.actions}>
        <Button isDisabled={picked.length === 0} isPending={hand.isPending} onPress={() => hand.mutate(picked, { onSuccess: save })}>Export as JSON</Button>
        <Button look="danger" isDisabled={picked.length === 0} onPress={() => setOpen(true)}>Erase</Button>
      </div>
      {open && (
        <Confirm title="Erase these visits?" action="Erase them" danger isPending={erase.isPending} error={erase.error} onClose={() => setOpen(false)} onConfirm={() => erase.mutate(picked, { onSuccess: () => onGone(picked.length) })}>
          <p>{counted(picked.length, 'visit')} will be erased from every store for good, and again from every backup that is restored later. Reports of these days will be without them.</p>
        </Confirm>
      )}
    </SettingGroup>
  );
}

export default function SubjectsPage() {
  const { sites, superuser } = useSession();
  const administered = sites.filter((site) => superuser || site.role === 'admin');
  const [site, setSite] = useState('all');
  const [way, setWay] = useState<string>(ways[0].id);
  const [text, setText] = useState('');
  const [gone, setGone] = useState(0);
  const find = useFindSubjects();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (find.isPending) return;
    setGone(0);
    find.mutate({ idSite: site === 'all' ? administered.map((one) => one.idsite).join(',') : site, segment: way + (way === '' ? text : encodeURIComponent(text.trim())) });
  };
  const problem = refusalWords(find.error);
  return (
    <AdminPage title="Data subject tools" lead="The rights of a person in what is stored: find it, hand it out, erase it. Make sure that who asks is who they say.">
      <form onSubmit={submit} className={form.form}>
        <Choice label="Sites" options={[{ id: 'all', text: 'All sites' }, ...administered.map((one) => ({ id: String(one.idsite), text: one.name }))]} value={site} onChange={setSite} />
        <Choice label="Find by" options={ways.map((one) => ({ id: one.id === '' ? 'segment' : one.id, text: one.text }))} value={way === '' ? 'segment' : way} onChange={(id) => setWay(id === 'segment' ? '' : id)} />
        <Field label={way === '' ? 'Segment' : 'Value'} isCode isRequired value={text} onChange={setText} hint={way === '' ? 'As userId==ann;countryCode==de' : undefined} />
        {problem && <Notice tone="danger">{problem}</Notice>}
        <Button type="submit" look="primary" isPending={find.isPending}>{find.isPending ? 'Searching…' : 'Find'}</Button>
      </form>
      {gone > 0 && <Notice tone="safe">{counted(gone, 'visit')} erased.</Notice>}
      {find.data && find.data.length === 0 && <EmptyState title="No such visit">Nothing is stored that fits. Where user IDs are pseudonyms, search by the visitor ID from the person's own browser.</EmptyState>}
      {find.data && find.data.length > 0 && (
        <Found
          key={find.submittedAt}
          visits={find.data}
          onGone={(count) => {
            setGone(count);
            find.reset();
          }}
        />
      )}
      {superuser && <SettingGroup title="Erasures"><JobList only="erase" /></SettingGroup>}
    </AdminPage>
  );
}
