import { Check, Copy } from 'lucide-react';
import { useState } from 'react';
import { Button } from './button';
import styles from './copy-code.module.css';

/** Code to take away: shown as text, copied by one press. */
export function CopyCode({ code, label }: { readonly code: string; readonly label: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(code);
    setCopied(true);
    setTimeout(() => setCopied(false), 2500);
  };
  return (
    <div className={styles.box}>
      <pre className={styles.code} tabIndex={0} role="region" aria-label={label}>
        {code}
      </pre>
      <div className={styles.copy}>
        <Button onPress={() => void copy()}>
          {copied ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />}
          <span aria-live="polite">{copied ? 'Copied' : 'Copy'}</span>
        </Button>
      </div>
    </div>
  );
}
