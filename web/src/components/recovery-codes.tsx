import { Check, Copy, Download, Printer } from 'lucide-react';
import { useRef, useState } from 'react';
import { copyText, selectText } from '../lib/clipboard';
import { recoveryFile } from '../lib/codes';
import { Button } from './button';
import styles from './recovery-codes.module.css';

interface Props {
  readonly codes: readonly string[];
  readonly login: string;
  /** Called as soon as the codes are kept somewhere else than on this screen. */
  readonly onKept: () => void;
}

/** Ten codes that are never shown again, with three ways to keep them. */
export function RecoveryCodes({ codes, login, onKept }: Props) {
  const [copied, setCopied] = useState<'no' | 'yes' | 'marked'>('no');
  const list = useRef<HTMLOListElement>(null);
  const text = recoveryFile(codes, login, window.location.host, new Date().toISOString().slice(0, 10));
  const download = () => {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
    link.download = `makoto-recovery-codes-${login.replace(/[^\w.-]+/g, '-')}.txt`;
    link.click();
    URL.revokeObjectURL(link.href);
    onKept();
  };
  const copy = async () => {
    const done = await copyText(text);
    if (!done) selectText(list.current);
    setCopied(done ? 'yes' : 'marked');
    onKept();
  };
  const print = () => {
    onKept();
    window.print();
  };
  return (
    <div className={styles.box}>
      <p className={styles.head}>Recovery codes of {login} at {window.location.host}</p>
      <ol ref={list} className={styles.codes} aria-label="Recovery codes">
        {codes.map((code) => <li key={code}><code>{code}</code></li>)}
      </ol>
      <div className={styles.ways}>
        <Button onPress={download}><Download size={14} aria-hidden /> Download</Button>
        <Button onPress={print}><Printer size={14} aria-hidden /> Print</Button>
        <Button onPress={() => void copy()}>
          {copied === 'yes' ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />}
          <span aria-live="polite">{copied === 'yes' ? 'Copied' : copied === 'marked' ? 'Marked, press Ctrl C' : 'Copy'}</span>
        </Button>
      </div>
    </div>
  );
}
