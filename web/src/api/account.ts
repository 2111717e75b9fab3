// What the account's own addresses take and answer: signing in, proof, new passwords, invitations.
import { ApiError, post, type HalfSession, type Session } from './generated';

export type { HalfSession, Session } from './generated';

/** How a session can be completed. */
export type FactorWay = HalfSession['methods'][number];
export type SignedIn = Session | HalfSession;
export const isHalf = (answer: SignedIn): answer is HalfSession => 'state' in answer;

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
