import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Star } from 'lucide-react';
import { useState, type FormEvent } from 'react';
import { annotationsAdd, annotationsDelete, annotationsSave } from '../../api/generated';
import { Button } from '../../components/button';
import { Checkbox } from '../../components/checkbox';
import { Confirm } from '../../components/confirm';
import { Dialog } from '../../components/dialog';
import { Field } from '../../components/field';
import { ErrorState, Notice, Skeleton } from '../../components/states';
import { useSiteView } from '../../frame/site-view';
import { pointWords } from '../../lib/dates';
import { fieldWords, formWords } from '../../lib/refusal';
import form from '../../components/form.module.css';
import list from '../admin/list.module.css';
import { notesKey, useNotes, type Note } from './use-notes';
import styles from './notes-dialog.module.css';

interface EditorProps {
  /** What is changed; undefined for a new note. */
  readonly note?: Note;
  readonly day: string;
  readonly onDone: () => void;
}

function NoteEditor({ note, day: first, onDone }: EditorProps) {
  const { site } = useSiteView();
  const client = useQueryClient();
  const [day, setDay] = useState(first);
  const [text, setText] = useState(note?.text ?? '');
  const [starred, setStarred] = useState(note?.starred ?? false);
  const save = useMutation({
    mutationFn: (): Promise<unknown> => {
      const said = { idSite: site.idsite, date: day, note: text.trim(), starred: starred ? 1 : 0 };
      return note ? annotationsSave({ ...said, idNote: note.id }) : annotationsAdd(said);
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: notesKey(site.idsite) });
      setText('');
      setStarred(false);
      onDone();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!save.isPending) save.mutate();
  };
  const problem = formWords(save.error, ['note', 'date']);
  return (
    <form className={form.form} onSubmit={submit}>
      <div className={styles.pair}>
        <Field label="Day" type="date" value={day} onChange={setDay} isRequired error={fieldWords(save.error, 'date')} />
        <Field label="What happened" value={text} onChange={setText} isRequired maxLength={500} autoFocus={note !== undefined} error={fieldWords(save.error, 'note')} />
      </div>
      {problem && <Notice tone="danger">{problem}</Notice>}
      <div className={styles.foot}>
        <Checkbox isSelected={starred} onChange={setStarred}>Important</Checkbox>
        <span className={form.actions}>
          {note && <Button onPress={onDone}>Cancel</Button>}
          <Button look="primary" type="submit" isPending={save.isPending}>{note ? 'Save' : 'Add the note'}</Button>
        </span>
      </div>
    </form>
  );
}

function NoteRow({ note }: { readonly note: Note }) {
  const { site } = useSiteView();
  const client = useQueryClient();
  const [editing, setEditing] = useState(false);
  const [asked, setAsked] = useState(false);
  const remove = useMutation({
    mutationFn: () => annotationsDelete({ idSite: site.idsite, idNote: note.id }),
    onSuccess: () => client.invalidateQueries({ queryKey: notesKey(site.idsite) }),
  });
  if (editing) return <li className={styles.editing}><NoteEditor note={note} day={note.day} onDone={() => setEditing(false)} /></li>;
  return (
    <li className={list.row}>
      <div className={list.main}>
        <p className={styles.text}>
          {note.starred && <Star size={13} aria-label="Important" className={styles.star} />}
          {note.text}
        </p>
        <p className={list.sub}>{pointWords(note.day, 'full')}, by {note.login}</p>
      </div>
      {note.mayChange && (
        <div className={list.actions}>
          <Button look="quiet" aria-label={`Change the note: ${note.text}`} onPress={() => setEditing(true)}>Change</Button>
          <Button look="quiet" aria-label={`Delete the note: ${note.text}`} onPress={() => setAsked(true)}>Delete</Button>
        </div>
      )}
      {asked && (
        <Confirm title="Delete this note?" onClose={() => setAsked(false)} action="Delete the note" danger isPending={remove.isPending} error={remove.error} onConfirm={() => remove.mutate(undefined, { onSuccess: () => setAsked(false) })}>
          <p className={styles.text}>{note.text}</p>
          <p>By {note.login}. It is gone for everybody who may see this site.</p>
        </Confirm>
      )}
    </li>
  );
}

/** What people wrote about days of the site, and a place to add to it. */
export function NotesDialog({ onClose }: { readonly onClose: () => void }) {
  const { site, span, now } = useSiteView();
  const notes = useNotes(site.idsite);
  const day = (span.end.compare(now) > 0 ? now : span.end).toString();
  return (
    <Dialog title="Notes on days" isOpen onClose={onClose}>
      <NoteEditor day={day} onDone={() => undefined} />
      {notes.isPending ? (
        <Skeleton rows={3} />
      ) : notes.isError ? (
        <ErrorState what="The notes" error={notes.error} onRetry={() => void notes.refetch()} />
      ) : notes.data.length === 0 ? (
        <p className={list.sub}>No notes yet. Write down releases, campaigns and outages: they stand as flags on the graph.</p>
      ) : (
        <ul className={list.list}>{notes.data.map((note) => <NoteRow key={note.id} note={note} />)}</ul>
      )}
    </Dialog>
  );
}
