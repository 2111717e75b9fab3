import { KeyRound, Smartphone } from 'lucide-react';
import { useState } from 'react';
import { Button as AriaButton } from 'react-aria-components';
import { useSession, useSignOut } from '../../api/session';
import { Button } from '../../components/button';
import { Notice } from '../../components/states';
import { KeepCodes } from '../../factors/keep-codes';
import { PasskeySetup } from '../../factors/passkey-setup';
import { TotpBegin } from '../../factors/totp-setup';
import { useFactorsBusy } from '../../factors/use-factors';
import { Gate } from '../../frame/gate';
import { ProofDialog } from '../../frame/proof-dialog';
import { passkeysWork } from '../../lib/passkey';
import { refusalWords } from '../../lib/refusal';
import { useTitle } from '../../lib/screen';
import styles from '../../factors/factors.module.css';

type Step = 'choose' | 'totp' | 'passkey' | 'codes';
const steps = 3;
const places: Readonly<Record<Step, number>> = { choose: 1, totp: 2, passkey: 2, codes: 3 };
const titles: Readonly<Record<Step, string>> = {
  choose: 'Set up a second factor',
  totp: 'Authenticator app',
  passkey: 'Passkey',
  codes: 'Recovery codes',
};

function Ways({ onChoose }: { readonly onChoose: (step: Step) => void }) {
  return (
    <div className={styles.ways}>
      {passkeysWork() && (
        <AriaButton className={styles.way ?? ''} onPress={() => onChoose('passkey')}>
          <KeyRound size={20} aria-hidden />
          <span className={styles.wayName}>Passkey</span>
          <span className={styles.small}>Fingerprint, face, PIN or a security key. The safest, and signs you in without a password.</span>
        </AriaButton>
      )}
      <AriaButton className={styles.way ?? ''} onPress={() => onChoose('totp')}>
        <Smartphone size={20} aria-hidden />
        <span className={styles.wayName}>Authenticator app</span>
        <span className={styles.small}>A code of six digits from an app on your phone.</span>
      </AriaButton>
    </div>
  );
}

/** Nothing else is open to somebody who must have a second factor and has none. */
export default function EnrolPage({ onDone }: { readonly onDone: () => void }) {
  useTitle('Set up a second factor');
  const { login } = useSession();
  const signOut = useSignOut();
  const [step, setStep] = useState<Step>('choose');
  const [codes, setCodes] = useState<readonly string[]>([]);
  const finish = (fresh: readonly string[]) => {
    if (fresh.length === 0) {
      onDone();
      return;
    }
    setCodes(fresh);
    setStep('codes');
  };
  const busy = useFactorsBusy();
  const problem = refusalWords(signOut.error);
  const back = <Button isDisabled={busy} onPress={() => setStep('choose')}>Back</Button>;
  return (
    <Gate
      title={titles[step]}
      step={{ at: places[step], of: steps }}
      {...(step === 'choose' ? { lead: 'Your account needs more than a password here. It takes a minute, then you go on.' } : {})}
    >
      {step === 'choose' && <Ways onChoose={setStep} />}
      {step === 'totp' && <TotpBegin cancel={back} onDone={finish} />}
      {step === 'passkey' && <PasskeySetup cancel={back} onDone={finish} />}
      {step === 'codes' && <KeepCodes codes={codes} login={login} action="Go on" onDone={onDone} />}
      {step === 'choose' && problem && <Notice tone="danger">{problem}</Notice>}
      {step === 'choose' && <div className={styles.leave}><Button look="quiet" onPress={() => signOut.mutate()} isPending={signOut.isPending}>Sign out {login}</Button></div>}
      <ProofDialog />
    </Gate>
  );
}
