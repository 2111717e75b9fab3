import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { loginCheckPassword, loginGetPasswordRules } from '../api/generated';
import { type Cells, cellsOf, isTrue } from '../lib/rows';
import { PasswordField } from './field';
import { RuleList, type Rule } from './rule-list';
import form from './form.module.css';

const pause_ms = 300;
/** The rule about the greatest length. */
const longest = 'longest';
const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const list = (answer: unknown): Cells[] => {
  const { rules } = cellsOf(answer);
  return Array.isArray(rules) ? (rules as Cells[]) : [];
};
const idOf = (cells: Cells): string => String(cells.id ?? '');

function useSettled(text: string): string {
  const [settled, settle] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => settle(text), pause_ms);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

/** The rules in force with the server's verdict on each. The last verdict stays until the next is there. */
function useRules(password: string, login: string, email: string): readonly Rule[] {
  const settled = useSettled(password);
  const rules = useQuery({ queryKey: ['password-rules'], queryFn: async ({ signal }) => list(await loginGetPasswordRules({}, signal)), staleTime: Infinity });
  const verdict = useQuery({
    // The password itself must not stay in a cache of answers.
    queryKey: ['password-verdict', settled.length, settled, login, email],
    enabled: settled !== '',
    gcTime: 0,
    staleTime: Infinity,
    retry: false,
    placeholderData: (before: Map<string, boolean> | undefined) => before,
    queryFn: async () => new Map(list(await loginCheckPassword({ password: settled, login, email })).map((cells) => [idOf(cells), isTrue(cells.passed)])),
  });
  return (rules.data ?? [])
    .map((cells) => ({ id: idOf(cells), text: sentence(String(cells.text ?? '')), met: settled === '' ? undefined : verdict.data?.get(idOf(cells)) }))
    // Who keeps to it need not read of it.
    .filter((rule) => rule.id !== longest || rule.met === false);
}

interface Props {
  readonly label: string;
  readonly value: string;
  readonly onChange: (password: string) => void;
  readonly login?: string;
  readonly email?: string;
  readonly error?: string | undefined;
  readonly autoFocus?: boolean;
}

/** A password that is being chosen: managers of passwords offer one, and each rule says whether it is met. */
export function NewPassword({ label, value, onChange, login = '', email = '', error, autoFocus = false }: Props) {
  const rules = useRules(value, login, email);
  return (
    <div className={form.form}>
      <PasswordField label={label} name="new-password" autoComplete="new-password" isRequired autoFocus={autoFocus} value={value} onChange={onChange} error={error} />
      {rules.length > 0 && <RuleList rules={rules} />}
    </div>
  );
}
