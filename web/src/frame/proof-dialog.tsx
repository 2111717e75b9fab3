import { useMutation } from '@tanstack/react-query';
import { KeyRound } from 'lucide-react';
import { useEffect, useState, type FormEvent } from 'react';
import { askChallenge, prove, type ProofAnswer } from '../api/account';
import { settleProof, useProofAsked } from '../api/proof';
import { useEnter, useSession } from '../api/session';
import { Button } from '../components/button';
import { CodeField } from '../components/code-field';
import { Dialog, DialogActions } from '../components/dialog';
import { PasswordField } from '../components/field';
import { Notice } from '../components/states';
import { passkeysWork, takePasskey } from '../lib/passkey';
import { refusalWords } from '../lib/refusal';
import { useWait } from '../lib/wait';
import form from '../components/form.module.css';

function useProve() {
  const enter = useEnter();
  return useMutation({
    mutationFn: async (ask: () => Promise<ProofAnswer>) => prove(await ask()),
    onSuccess: (session) => {
      enter(session);
      settleProof(true);
    },
  });
}

const withPasskey = (password: string) => async (): Promise<ProofAnswer> => {
  const passkey = await takePasskey(await askChallenge());
  return password === '' ? { passkey } : { password, passkey };
};

/** Password first, then what the person has: a code, a passkey, or nothing more. */
function ProofForm() {
  const { factors } = useSession();
  const hasPasskey = factors.passkeys > 0 && passkeysWork();
  const [byPassword, setByPassword] = useState(!hasPasskey);
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const proof = useProve();
  const wait_s = useWait(proof.error);
  const problem = refusalWords(proof.error);
  const needsKey = !factors.totp && hasPasskey;
  const send = (typed: string) => {
    if (proof.isPending || wait_s > 0) return;
    if (!byPassword) proof.mutate(withPasskey(''));
    else if (needsKey) proof.mutate(withPasskey(password));
    else proof.mutate(async () => (factors.totp ? { password, code: typed } : { password }), { onError: () => setCode('') });
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    send(code);
  };
  const words = byPassword && !needsKey ? 'Confirm' : 'Use your passkey';
  return (
    <form className={form.form} onSubmit={submit}>
      <p>This act needs it. For the next minutes you are not asked again.</p>
      {problem && <Notice tone="danger">{problem}</Notice>}
      {byPassword && (
        <PasswordField label="Your password" name="password" autoComplete="current-password" isRequired autoFocus value={password} onChange={setPassword} />
      )}
      {byPassword && factors.totp && (
        <CodeField label="Code of your authenticator app" value={code} onChange={setCode} onFull={(full) => password !== '' && send(full)} />
      )}
      {hasPasskey && (
        <div>
          <Button look="quiet" onPress={() => setByPassword(!byPassword)}>
            {byPassword ? 'Use a passkey instead' : factors.totp ? 'Use your password and a code instead' : 'Type your password first'}
          </Button>
        </div>
      )}
      <DialogActions>
        <Button onPress={() => settleProof(false)}>Cancel</Button>
        <Button look="primary" type="submit" isPending={proof.isPending} isDisabled={wait_s > 0} autoFocus={!byPassword}>
          {words === 'Confirm' ? null : <KeyRound size={15} aria-hidden />}
          {wait_s > 0 ? `Try again in ${wait_s}\u202fs` : proof.isPending ? 'One moment…' : words}
        </Button>
      </DialogActions>
    </form>
  );
}

/** The one "confirm it is you" of the application, opened by whatever act was refused for want of it. */
export function ProofDialog() {
  const asked = useProofAsked();
  // What waits when the session ends would be done by whoever signs in next.
  useEffect(() => () => settleProof(false), []);
  return (
    <Dialog title="Confirm it is you" isOpen={asked} onClose={() => settleProof(false)}>
      <ProofForm />
    </Dialog>
  );
}
