import { useState, type FormEvent } from 'react';
import { useSession } from '../../../api/session';
import { Button } from '../../../components/button';
import { Choice } from '../../../components/choice';
import { Dialog, DialogActions } from '../../../components/dialog';
import { Field, PasswordField } from '../../../components/field';
import { Notice } from '../../../components/states';
import { fieldWords, formWords } from '../../../lib/refusal';
import { useAddUser } from './use-users';
import form from '../../../components/form.module.css';

const fields = ['userLogin', 'email', 'password'];
const nowhere = 'none';

export function AddUser({ onClose }: { readonly onClose: () => void }) {
  const { sites } = useSession();
  const [login, setLogin] = useState('');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [site, setSite] = useState(String(sites[0]?.idsite ?? nowhere));
  const add = useAddUser();
  const problem = formWords(add.error, fields);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate({ login, email, password, idSite: site === nowhere ? undefined : Number(site) }, { onSuccess: onClose });
  };
  return (
    <Dialog title="Add a user" isOpen onClose={onClose}>
      <form className={form.form} onSubmit={submit} autoComplete="off">
        {problem && <Notice tone="danger">{problem}</Notice>}
        <Field label="Login" isRequired autoFocus autoComplete="off" value={login} onChange={setLogin} error={fieldWords(add.error, 'userLogin')} isCode />
        <Field label="E-mail" type="email" isRequired autoComplete="off" value={email} onChange={setEmail} error={fieldWords(add.error, 'email')} />
        <PasswordField label="Their password" isRequired autoComplete="new-password" value={password} onChange={setPassword} error={fieldWords(add.error, 'password')} hint="At least 15 characters, a few words in a row. Give it to them by a safe way." />
        <Choice
          label="May view"
          options={[{ id: nowhere, text: 'Nothing yet' }, ...sites.map((one) => ({ id: String(one.idsite), text: one.name }))]}
          value={site}
          onChange={setSite}
        />
        <DialogActions>
          <Button onPress={onClose}>Cancel</Button>
          <Button look="primary" type="submit" isPending={add.isPending}>{add.isPending ? 'Adding…' : 'Add the user'}</Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
