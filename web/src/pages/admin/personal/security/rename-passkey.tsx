import { useState, type FormEvent } from 'react';
import { Button } from '../../../../components/button';
import { Dialog, DialogActions } from '../../../../components/dialog';
import { Field } from '../../../../components/field';
import { Notice } from '../../../../components/states';
import { useRenamePasskey, type Passkey } from '../../../../factors/use-factors';
import { refusalWords } from '../../../../lib/refusal';
import form from '../../../../components/form.module.css';

export function RenamePasskey({ passkey, onClose }: { readonly passkey: Passkey; readonly onClose: () => void }) {
  const [name, setName] = useState(passkey.name);
  const rename = useRenamePasskey();
  const problem = refusalWords(rename.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!rename.isPending) rename.mutate({ id: passkey.id, name }, { onSuccess: onClose });
  };
  return (
    <Dialog title="Rename the passkey" isOpen onClose={onClose}>
      <form className={form.form} onSubmit={submit}>
        {problem && <Notice tone="danger">{problem}</Notice>}
        <Field label="Name" isRequired autoFocus maxLength={100} value={name} onChange={setName} />
        <DialogActions>
          <Button onPress={onClose}>Cancel</Button>
          <Button look="primary" type="submit" isPending={rename.isPending}>Save</Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
