// What the account's own addresses and methods take and answer: signing in, proof, factors, sessions, tokens.
import { ApiError, getSession, post, read, write } from './generated';

/** How a session can be completed, or an act be proved. */
export type FactorWay = 'totp' | 'passkey' | 'recovery';

export interface Factors {
  readonly totp: boolean;
  readonly passkeys: number;
  readonly recovery_left: number;
}

export type Session = Awaited<ReturnType<typeof getSession>> & {
  /** A second factor is required, and there is none yet: nothing else is open. */
  readonly enrolling: boolean;
  /** When the grace to set up a second factor ends, in seconds since 1970; null when none is due. */
  readonly factor_due_s: number | null;
  readonly factors: Factors;
  readonly language: string;
};

/** The password was right; one of these is still asked for. */
export interface HalfSession {
  readonly state: 'factor';
  readonly methods: readonly FactorWay[];
}

export type SignedIn = Session | HalfSession;
export const isHalf = (answer: SignedIn): answer is HalfSession => 'state' in answer && answer.state === 'factor';

type Passkey = Readonly<Record<string, unknown>>;
type FactorAnswer = { readonly code: string } | { readonly passkey: Passkey };
export type ProofAnswer = { readonly password?: string } & ({ readonly code?: string } | { readonly passkey: Passkey });

const session = (path: string, body: unknown) => post(`/api/v1/session${path}`, body);
export const signIn = (body: { login: string; password: string }) => session('', body) as Promise<SignedIn>;
export const sendFactor = (body: FactorAnswer) => session('/factor', body) as Promise<Session>;
export const askChallenge = () => session('/challenge', {});
export const signInByPasskey = (credential: Passkey) => session('/passkey', { credential }) as Promise<Session>;
export const prove = (body: ProofAnswer) => session('/proof', body) as Promise<Session>;

export const requestReset = (login: string) => post('/api/v1/password-reset', { login });
export const finishReset = (body: { token: string; password: string }) => post('/api/v1/password-reset/finish', body);

export interface Invitation {
  readonly login: string;
  readonly email: string;
  readonly inviter: string;
  readonly expires_s: number;
}

const invitation = (act: string, body: unknown) => post(`/api/v1/invitation/${act}`, body);
export const showInvitation = (token: string) => invitation('show', { token }) as Promise<Invitation>;
export const acceptInvitation = (body: { token: string; password: string }) => invitation('accept', body) as Promise<SignedIn>;
export const declineInvitation = (token: string) => invitation('decline', { token });

/** The mark of an act that its doer did not want to prove. */
export const notConfirmed = (request: string) => new ApiError(403, 'not_confirmed', 'nothing was changed, since you did not confirm that it is you', request);

export const methods = {
  passwordRules: read<Record<never, never>, unknown>('Login.getPasswordRules'),
  checkPassword: write<{ password: string; login?: string; email?: string }, unknown>('Login.checkPassword'),
  changePassword: write<{ password: string }, unknown>('Login.changePassword'),
  sessions: read<Record<never, never>, unknown>('Login.getSessions'),
  endSession: write<{ id: number }, unknown>('Login.endSession'),
  endOtherSessions: write<Record<never, never>, unknown>('Login.endOtherSessions'),
  factorState: read<Record<never, never>, unknown>('TwoFactorAuth.getState'),
  startTotp: write<Record<never, never>, unknown>('TwoFactorAuth.startTotp'),
  finishTotp: write<{ code: string }, unknown>('TwoFactorAuth.finishTotp'),
  removeTotp: write<Record<never, never>, unknown>('TwoFactorAuth.removeTotp'),
  startPasskey: write<Record<never, never>, unknown>('TwoFactorAuth.startPasskey'),
  finishPasskey: write<{ credential: string; name: string }, unknown>('TwoFactorAuth.finishPasskey'),
  renamePasskey: write<{ id: number; name: string }, unknown>('TwoFactorAuth.renamePasskey'),
  removePasskey: write<{ id: number }, unknown>('TwoFactorAuth.removePasskey'),
  regenerateRecoveryCodes: write<Record<never, never>, unknown>('TwoFactorAuth.regenerateRecoveryCodes'),
  updateUser: write<{ userLogin: string; email: string }, unknown>('UsersManager.updateUser'),
  tokens: read<Record<never, never>, unknown>('UsersManager.getTokens'),
  deleteToken: write<{ id: number }, unknown>('UsersManager.deleteToken'),
  deleteAllTokens: write<Record<never, never>, unknown>('UsersManager.deleteAllTokens'),
} as const;
