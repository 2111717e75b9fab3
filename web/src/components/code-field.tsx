import { FieldError, Input, Label, Text, TextField } from 'react-aria-components';
import { codeOf } from '../lib/codes';
import { validityWords } from '../lib/validity';
import styles from './field.module.css';
import code from './code-field.module.css';

export const codeLength = 6;

interface Props {
  readonly label: string;
  readonly value: string;
  readonly onChange: (code: string) => void;
  /** Called once the last digit stands there, typed or pasted. */
  readonly onFull?: (code: string) => void;
  readonly hint?: string;
  readonly error?: string | undefined;
  readonly autoFocus?: boolean;
}

/** The six digits of an authenticator app. A pasted "123 456" is read as well. */
export function CodeField({ label, value, onChange, onFull, hint, error, autoFocus = false }: Props) {
  const change = (text: string) => {
    const next = codeOf(text).slice(0, codeLength);
    onChange(next);
    if (next.length === codeLength && next !== value) onFull?.(next);
  };
  return (
    <TextField
      value={value}
      onChange={change}
      isInvalid={error !== undefined || undefined}
      validationBehavior={error === undefined ? 'native' : 'aria'}
      isRequired
      autoFocus={autoFocus}
      name="code"
      inputMode="numeric"
      autoComplete="one-time-code"
      className={styles.field ?? ''}
    >
      <Label className={styles.label ?? ''}>{label}</Label>
      <Input className={`${styles.input} ${code.digits}`} placeholder="000000" spellCheck={false} />
      {hint && !error && <Text slot="description" className={styles.hint ?? ''}>{hint}</Text>}
      <FieldError className={styles.error ?? ''}>{(found) => error ?? validityWords(found)}</FieldError>
    </TextField>
  );
}
