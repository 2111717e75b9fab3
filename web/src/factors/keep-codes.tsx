import { useEffect, useRef, useState } from 'react';
import { Button } from '../components/button';
import { RecoveryCodes } from '../components/recovery-codes';
import { Notice } from '../components/states';
import { focusIsLost } from '../lib/focus';
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
  const words = useRef<HTMLSpanElement>(null);
  // The step before is gone with the button that led here.
  useEffect(() => {
    if (focusIsLost()) words.current?.focus();
  }, []);
  return (
    <>
      <Notice tone="warn">
        <span ref={words} tabIndex={-1} className={styles.told}><strong>Keep these codes now.</strong> Each lets you in once when your device is lost. They are not shown again.</span>
      </Notice>
      <RecoveryCodes codes={codes} login={login} onKept={() => setKept(true)} />
      <div className={styles.actions}>
        {!kept && <span className={styles.small}>Download, print or copy them to go on.</span>}
        <Button look="primary" isDisabled={!kept} onPress={onDone}>{action}</Button>
      </div>
    </>
  );
}
