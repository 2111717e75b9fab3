import { AdminPage } from '../../admin-page';
import { FactorGroup } from './factor-group';
import { PasswordGroup } from './password-group';
import { SessionGroup } from './session-group';
import { TokenGroup } from './token-group';

/** How one proves who one is: factors, password, the browsers that are signed in, tokens of programs. */
export default function SecurityPage() {
  return (
    <AdminPage title="Security" lead="How you prove who you are, and where you are signed in.">
      <FactorGroup />
      <PasswordGroup />
      <SessionGroup />
      <TokenGroup />
    </AdminPage>
  );
}
