import { useState } from 'react';
import { Button } from '../components/button';
import { RecoveryCodes } from '../components/recovery-codes';
import { Notice } from '../components/states';
import styles from './factors.module.css';

interface Props {
  readonly codes: readonly string[];
  readonly login: string;
  readonly action: string;
  readonly onDone: () => void;
}

/** The codes are shown this once: going on is possible after they were kept. */
export function KeepCodes({ codes, login, action, onDone }: Props) {
  const [kept, setKept] = useState(false);
  return (
    <>
      <Notice tone="warn">
        <span><strong>Keep these codes now.</strong> Each lets you in once when your device is lost. They are not shown again.</span>
      </Notice>
      <RecoveryCodes codes={codes} login={login} onKept={() => setKept(true)} />
      <div className={styles.actions}>
        {!kept && <span className={styles.small}>Download, print or copy them to go on.</span>}
        <Button look="primary" isDisabled={!kept} onPress={onDone}>{action}</Button>
      </div>
    </>
  );
}
