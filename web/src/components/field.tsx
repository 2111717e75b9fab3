import { Eye, EyeOff, Search, X } from 'lucide-react';
import { useState } from 'react';
import {
  Button as AriaButton,
  FieldError,
  Group,
  Input,
  Label,
  SearchField,
  Text,
  TextField,
  type TextFieldProps,
} from 'react-aria-components';
import { validityWords } from '../lib/validity';
import styles from './field.module.css';

interface Props extends Omit<TextFieldProps, 'className' | 'style' | 'children'> {
  readonly label: string;
  readonly hint?: string | undefined;
  /** What the server or a check found wrong; undefined when all is well. */
  readonly error?: string | undefined;
  readonly placeholder?: string;
  /** A name for machines: no capital letters by themselves, no spelling marks. */
  readonly isCode?: boolean;
}

/** What the server refused must not keep the corrected form from being sent: the browser checks the other fields only. */
const behaviourOf = (error: string | undefined) => (error === undefined ? 'native' : 'aria');

export function Field({ label, hint, error, placeholder, isCode = false, ...rest }: Props) {
  return (
    <TextField {...rest} isInvalid={error !== undefined || undefined} validationBehavior={behaviourOf(error)} className={styles.field ?? ''}>
      <Label className={styles.label ?? ''}>{label}</Label>
      <Input className={styles.input ?? ''} placeholder={placeholder} {...(isCode ? { autoCapitalize: 'off', spellCheck: false } : {})} />
      {hint && !error && <Text slot="description" className={styles.hint ?? ''}>{hint}</Text>}
      <FieldError className={styles.error ?? ''}>{(found) => error ?? validityWords(found)}</FieldError>
    </TextField>
  );
}

/** A password with a button that shows it; managers of passwords recognise it. */
export function PasswordField({ label, hint, error, ...rest }: Props) {
  const [shown, setShown] = useState(false);
  return (
    <TextField {...rest} type={shown ? 'text' : 'password'} isInvalid={error !== undefined || undefined} validationBehavior={behaviourOf(error)} className={styles.field ?? ''}>
      <Label className={styles.label ?? ''}>{label}</Label>
      <Group className={styles.group ?? ''}>
        <Input className={styles.bare ?? ''} spellCheck={false} autoCapitalize="off" />
        <AriaButton
          className={styles.inside ?? ''}
          onPress={() => setShown(!shown)}
          aria-label={shown ? 'Hide the password' : 'Show the password'}
        >
          {shown ? <EyeOff size={16} aria-hidden /> : <Eye size={16} aria-hidden />}
        </AriaButton>
      </Group>
      {hint && !error && <Text slot="description" className={styles.hint ?? ''}>{hint}</Text>}
      <FieldError className={styles.error ?? ''}>{(found) => error ?? validityWords(found)}</FieldError>
    </TextField>
  );
}

interface SearchProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly autoFocus?: boolean;
  /** The `/` key goes to the search that carries this mark. */
  readonly main?: boolean;
}

export function SearchBox({ label, value, onChange, autoFocus = false, main = false }: SearchProps) {
  return (
    <SearchField aria-label={label} value={value} onChange={onChange} autoFocus={autoFocus} className={styles.search ?? ''}>
      <Search size={15} aria-hidden className={styles.lens} />
      <Input className={styles.bare ?? ''} placeholder={label} data-main-search={main || undefined} />
      {value !== '' && (
        <AriaButton className={styles.inside ?? ''} aria-label="Clear the search">
          <X size={15} aria-hidden />
        </AriaButton>
      )}
    </SearchField>
  );
}
