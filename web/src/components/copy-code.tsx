import { Check, Copy } from 'lucide-react';
import { useRef, useState } from 'react';
import { copyText, selectText } from '../lib/clipboard';
import { Button } from './button';
import styles from './copy-code.module.css';

const thanks_ms = 2500;

/** Code to take away: shown as text, copied by one press. */
export function CopyCode({ code, label }: { readonly code: string; readonly label: string }) {
  const [state, setState] = useState<'idle' | 'copied' | 'marked'>('idle');
  const text = useRef<HTMLPreElement>(null);
  const copy = async () => {
    const copied = await copyText(code);
    if (!copied) selectText(text.current);
    setState(copied ? 'copied' : 'marked');
    setTimeout(() => setState('idle'), thanks_ms);
  };
  return (
    <div className={styles.box}>
      <pre ref={text} className={styles.code} tabIndex={0} role="region" aria-label={label}>
        {code}
      </pre>
      <div className={styles.copy}>
        <Button onPress={() => void copy()}>
          {state === 'copied' ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />}
          <span aria-live="polite">{state === 'copied' ? 'Copied' : state === 'marked' ? 'Marked, press Ctrl C' : 'Copy'}</span>
        </Button>
      </div>
    </div>
  );
}
