import { useState, type FormEvent } from 'react';
import { useAdminSites } from '../../../api/session';
import { Button } from '../../../components/button';
import { Choice } from '../../../components/choice';
import { Dialog, DialogActions } from '../../../components/dialog';
import { Field } from '../../../components/field';
import { Notice } from '../../../components/states';
import { fieldWords, formWords } from '../../../lib/refusal';
import { roles, useInvite } from './use-users';
import form from '../../../components/form.module.css';

const fields = ['userLogin', 'email'];
const given = roles.filter((role) => role.id !== 'noaccess');

interface Props {
  readonly idSite: number;
  readonly onClose: () => void;
}

/** Whoever is invited chooses their password themselves; nobody else ever knows it. */
export function InviteUser({ idSite, onClose }: Props) {
  const sites = useAdminSites();
  const [login, setLogin] = useState('');
  const [email, setEmail] = useState('');
  const [site, setSite] = useState(idSite);
  const [role, setRole] = useState('view');
  const invite = useInvite();
  const problem = formWords(invite.error, fields);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (invite.isPending) return;
    invite.mutate({ login, email, site, role }, { onSuccess: onClose });
  };
  return (
    <Dialog title="Invite a user" isOpen onClose={onClose}>
      <form className={form.form} onSubmit={submit} autoComplete="off">
        {problem && <Notice tone="danger">{problem}</Notice>}
        <Field label="Login" isRequired autoFocus autoComplete="off" value={login} onChange={setLogin} error={fieldWords(invite.error, 'userLogin')} isCode />
        <Field label="E-mail" type="email" isRequired autoComplete="off" value={email} onChange={setEmail} error={fieldWords(invite.error, 'email')} hint="The invitation goes there and holds for three days." />
        <Choice label="First site" options={sites.map((one) => ({ id: String(one.idsite), text: one.name }))} value={String(site)} onChange={(id) => setSite(Number(id))} />
        <Choice label="Role there" options={given} value={role} onChange={setRole} />
        <DialogActions>
          <Button onPress={onClose}>Cancel</Button>
          <Button look="primary" type="submit" isPending={invite.isPending}>{invite.isPending ? 'Inviting…' : 'Invite'}</Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
