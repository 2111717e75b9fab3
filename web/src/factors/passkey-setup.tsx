import { KeyRound } from 'lucide-react';
import { useState, type FormEvent, type ReactNode } from 'react';
import { Button } from '../components/button';
import { Field } from '../components/field';
import { Notice } from '../components/states';
import { systemName } from '../lib/device';
import { passkeysWork } from '../lib/passkey';
import { refusalWords } from '../lib/refusal';
import { useAddPasskey } from './use-factors';
import form from '../components/form.module.css';
import styles from './factors.module.css';

/** A first name for the new passkey: the system it is made on. */
const deviceName = (): string => systemName(navigator.userAgent) ?? 'This device';

interface Props {
  readonly cancel: ReactNode;
  readonly onDone: (codes: readonly string[]) => void;
}

/** A name, then the browser's own window. */
export function PasskeySetup({ cancel, onDone }: Props) {
  const [name, setName] = useState(deviceName);
  const add = useAddPasskey();
  const problem = refusalWords(add.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!add.isPending) add.mutate(name, { onSuccess: onDone });
  };
  return (
    <form className={form.form} onSubmit={submit}>
      <p>A passkey is kept by this device, by your password manager or by a security key. Your fingerprint, face or PIN opens it, and it works on no other address than this one.</p>
      {!passkeysWork() && <Notice tone="warn">This browser can make no passkey here. Passkeys need an https address.</Notice>}
      {problem && <Notice tone="danger">{problem}</Notice>}
      <Field label="Name" isRequired autoFocus maxLength={100} value={name} onChange={setName} hint="So that you know it again in the list." />
      <div className={styles.actions}>
        {cancel}
        <Button look="primary" type="submit" isPending={add.isPending} isDisabled={!passkeysWork()}>
          <KeyRound size={15} aria-hidden />
          {add.isPending ? 'Follow the browser…' : 'Add the passkey'}
        </Button>
      </div>
    </form>
  );
}
