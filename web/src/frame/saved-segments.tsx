import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Bookmark, Plus, Settings2 } from 'lucide-react';
import { useState, type FormEvent } from 'react';
import { Button as AriaButton } from 'react-aria-components';
import { segmentEditorAdd, segmentEditorDelete, segmentEditorGetAll, segmentEditorUpdate } from '../api/generated';
import { useSession } from '../api/session';
import { Button } from '../components/button';
import { Checkbox } from '../components/checkbox';
import { Confirm } from '../components/confirm';
import { Dialog, DialogActions } from '../components/dialog';
import { Field } from '../components/field';
import { Menu } from '../components/menu';
import { Notice } from '../components/states';
import { fieldWords, formWords, refusalWords } from '../lib/refusal';
import { isTrue, listOf } from '../lib/rows';
import { splitConditions } from '../lib/view';
import { useSiteView } from './site-view';
import list from '../pages/admin/list.module.css';
import styles from './segment-bar.module.css';

interface Saved {
  readonly id: number;
  readonly name: string;
  readonly definition: string;
  readonly login: string;
  readonly isShared: boolean;
  /** The only site it is for; 0 for all. */
  readonly idSite: number;
}

const savedKey = (idSite: number) => ['saved-segments', idSite];

function useSaved(idSite: number) {
  return useQuery({
    queryKey: savedKey(idSite),
    queryFn: async ({ signal }): Promise<Saved[]> =>
      listOf(await segmentEditorGetAll({ idSite }, signal)).map((cells) => ({
        id: Number(cells.idsegment),
        name: String(cells.name),
        definition: String(cells.definition),
        login: String(cells.login),
        isShared: isTrue(cells.enable_all_users),
        idSite: Number(cells.enable_only_idsite),
      })),
  });
}

/** Segments are told apart by their conditions, in any order. */
const sorted = (conditions: readonly string[]) => [...conditions].sort().join(';');

const forWhom = (saved: Saved, login: string) => (saved.isShared ? 'everybody' : saved.login === login ? 'only you' : saved.login);

function KeepDialog({ definition, onClose }: { readonly definition: string; readonly onClose: () => void }) {
  const { site } = useSiteView();
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [shared, setShared] = useState(false);
  const keep = useMutation({
    mutationFn: () => segmentEditorAdd({ idSite: site.idsite, name: name.trim(), definition, enabledAllUsers: shared ? 1 : 0 }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: savedKey(site.idsite) });
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!keep.isPending) keep.mutate();
  };
  const problem = formWords(keep.error, ['name']);
  return (
    <Dialog title="Keep this segment" isOpen onClose={onClose}>
      <form onSubmit={submit} className={styles.keep}>
        <Field label="Name" value={name} onChange={setName} error={fieldWords(keep.error, 'name')} isRequired autoFocus maxLength={255} />
        {site.role === 'admin' && (
          <Checkbox isSelected={shared} onChange={setShared} hint="Otherwise only you see it.">For everybody who may see this site</Checkbox>
        )}
        {problem && <Notice tone="danger">{problem}</Notice>}
        <DialogActions>
          <Button onPress={onClose}>Cancel</Button>
          <Button look="primary" type="submit" isPending={keep.isPending}>Keep it</Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

function SavedRow({ saved }: { readonly saved: Saved }) {
  const { site } = useSiteView();
  const { login, superuser } = useSession();
  const client = useQueryClient();
  const [name, setName] = useState<string>();
  const [asked, setAsked] = useState(false);
  const done = () => client.invalidateQueries({ queryKey: savedKey(site.idsite) });
  const remove = useMutation({ mutationFn: () => segmentEditorDelete({ idSegment: saved.id }), onSuccess: done });
  const rename = useMutation({
    mutationFn: (to: string) =>
      segmentEditorUpdate({
        idSegment: saved.id, name: to, definition: saved.definition, enabledAllUsers: saved.isShared ? 1 : 0,
        ...(saved.idSite > 0 ? { idSite: saved.idSite } : {}),
      }),
    onSuccess: async () => {
      await done();
      setName(undefined);
    },
  });
  const mayChange = superuser || (saved.isShared ? saved.idSite > 0 && site.role === 'admin' : saved.login === login);
  const problem = refusalWords(rename.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!rename.isPending) rename.mutate((name ?? '').trim());
  };
  return (
    <li className={list.row}>
      {name === undefined ? (
        <div className={list.main}>
          <p className={list.name}>{saved.name}</p>
          <p className={list.sub}>{saved.isShared ? 'For everybody' : saved.login === login ? 'Only for you' : `Of ${saved.login}`}{saved.idSite === 0 && ', on every site'}</p>
        </div>
      ) : (
        <form id={`rename-${saved.id}`} className={list.main} onSubmit={submit}>
          <Field label={`Another name for ${saved.name}`} value={name} onChange={setName} isRequired autoFocus maxLength={255} />
        </form>
      )}
      {mayChange && (
        <div className={list.actions}>
          {name === undefined ? (
            <>
              <Button look="quiet" aria-label={`Rename ${saved.name}`} onPress={() => setName(saved.name)}>Rename</Button>
              <Button look="quiet" aria-label={`Delete ${saved.name}`} onPress={() => setAsked(true)}>Delete</Button>
            </>
          ) : (
            <>
              <Button look="quiet" onPress={() => setName(undefined)}>Cancel</Button>
              <Button look="primary" type="submit" form={`rename-${saved.id}`} isPending={rename.isPending}>Rename</Button>
            </>
          )}
        </div>
      )}
      {problem && <Notice tone="danger">{problem}</Notice>}
      {asked && (
        <Confirm title={`Delete ${saved.name}?`} onClose={() => setAsked(false)} action="Delete the segment" danger isPending={remove.isPending} error={remove.error} onConfirm={() => remove.mutate(undefined, { onSuccess: () => setAsked(false) })}>
          <p>{saved.isShared ? 'It is gone for everybody, not for you alone.' : saved.login === login ? 'Only you see it.' : `Only ${saved.login} and superusers see it.`}</p>
        </Confirm>
      )}
    </li>
  );
}

/** Segments kept under a name: one is put on, the present one is kept, and they are tidied up. */
export function SavedSegments() {
  const { site, view, change } = useSiteView();
  const { login } = useSession();
  const saved = useSaved(site.idsite);
  const [open, setOpen] = useState<'keep' | 'tidy'>();
  const all = saved.data ?? [];
  const definition = view.segment.join(';');
  const present = all.find((one) => sorted(splitConditions(one.definition)) === sorted(view.segment));
  const canKeep = definition !== '' && !present;
  if (!saved.isSuccess || (all.length === 0 && !canKeep)) return null;
  const choose = (id: string) => {
    if (id === 'keep' || id === 'tidy') return setOpen(id);
    const chosen = all.find((one) => String(one.id) === id);
    if (chosen) change({ segment: splitConditions(chosen.definition) });
  };
  return (
    <>
      <Menu
        label="Saved segments"
        trigger={
          <AriaButton className={styles.add ?? ''}>
            <Bookmark size={14} aria-hidden {...(present ? { fill: 'currentColor' } : {})} />
            <span className={styles.words}>{present ? present.name : 'Saved'}</span>
          </AriaButton>
        }
        entries={[
          ...all.map((one) => ({ id: String(one.id), text: one.name, note: forWhom(one, login) })),
          ...(canKeep ? [{ id: 'keep', text: 'Keep this segment…', icon: <Plus size={14} aria-hidden /> }] : []),
          ...(all.length > 0 ? [{ id: 'tidy', text: 'Rename or delete…', icon: <Settings2 size={14} aria-hidden /> }] : []),
        ]}
        onAction={choose}
      />
      {open === 'keep' && <KeepDialog definition={definition} onClose={() => setOpen(undefined)} />}
      {open === 'tidy' && (
        <Dialog title="Saved segments" isOpen onClose={() => setOpen(undefined)}>
          {all.length === 0 ? <p>Nothing is saved any more.</p> : <ul className={list.list}>{all.map((one) => <SavedRow key={one.id} saved={one} />)}</ul>}
        </Dialog>
      )}
    </>
  );
}
