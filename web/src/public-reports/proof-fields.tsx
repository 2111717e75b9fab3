import { CodeField } from '../components/code-field';
import { PasswordField } from '../components/field';
import type { Factor, Proof } from './use-public-reports';

interface Props {
  readonly proof: Proof;
  readonly factor: Factor;
  readonly onChange: (proof: Proof) => void;
}

export const noProof: Proof = { password: '', code: '' };

/** Whether everything that can be typed was typed. */
export const isTyped = (proof: Proof, factor: Factor): boolean => proof.password !== '' && (factor !== 'code' || proof.code.length === 6);

/** Who you are, for this one act: it is asked even of those who proved it a minute ago. */
export function ProofFields({ proof, factor, onChange }: Props) {
  return (
    <>
      <PasswordField
        label="Your password"
        name="password"
        autoComplete="current-password"
        isRequired
        value={proof.password}
        onChange={(password) => onChange({ ...proof, password })}
        {...(factor === 'passkey' ? { hint: 'Your passkey is asked for next.' } : {})}
      />
      {factor === 'code' && <CodeField label="Code of your authenticator app" value={proof.code} onChange={(code) => onChange({ ...proof, code })} hint="A new one: each code counts once." />}
    </>
  );
}
