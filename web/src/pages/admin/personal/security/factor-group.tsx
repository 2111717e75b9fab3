import { Plus } from 'lucide-react';
import { useState } from 'react';
import { useRefreshSession, useSession } from '../../../../api/session';
import { Button } from '../../../../components/button';
import { Confirm } from '../../../../components/confirm';
import { Dialog } from '../../../../components/dialog';
import { ErrorState, Notice, Skeleton } from '../../../../components/states';
import { KeepCodes } from '../../../../factors/keep-codes';
import { PasskeySetup } from '../../../../factors/passkey-setup';
import { TotpSetup } from '../../../../factors/totp-setup';
import { useFactorsBusy, useFactorState, useNewCodes, useRemovePasskey, useRemoveTotp, useStartTotp, type FactorState, type Passkey, type TotpStart } from '../../../../factors/use-factors';
import { refusalWords } from '../../../../lib/refusal';
import { counted, dayWords, whenWords } from '../../../../lib/words';
import { Setting, SettingGroup } from '../../admin-page';
import { RenamePasskey } from './rename-passkey';
import list from '../../list.module.css';
import styles from './security.module.css';

/** Which dialog is open. */
type Open =
  | { readonly act: 'totp' | 'move'; readonly start: TotpStart }
  | { readonly act: 'add' | 'removeTotp' | 'newCodes' }
  | { readonly act: 'rename' | 'remove'; readonly passkey: Passkey }
  | { readonly act: 'codes'; readonly codes: readonly string[] };

interface PartProps {
  readonly state: FactorState;
  readonly open: (next: Open) => void;
}

function AppPart({ state, open }: PartProps) {
  // The secret is asked for first: proof is confirmed before the dialog is there.
  const start = useStartTotp();
  const begin = (act: 'totp' | 'move') => start.mutate(undefined, { onSuccess: (secret) => open({ act, start: secret }) });
  const problem = refusalWords(start.error);
  const since = state.totpSince_s === undefined ? '' : ` since ${dayWords(state.totpSince_s, Date.now())}`;
  return (
    <>
      <Setting title="Authenticator app" text={state.totp ? `On${since}. An app on your phone shows a code for each sign-in.` : 'An app on your phone shows a code for each sign-in.'}>
        {state.totp ? (
          <div className={styles.buttons}>
            <Button isPending={start.isPending} onPress={() => begin('move')}>New device</Button>
            <Button look="quiet" onPress={() => open({ act: 'removeTotp' })}>Turn off</Button>
          </div>
        ) : (
          <Button isPending={start.isPending} onPress={() => begin('totp')}>Set up</Button>
        )}
      </Setting>
      {problem && <Notice tone="danger">{problem}</Notice>}
    </>
  );
}

function PasskeyRow({ passkey, open }: { readonly passkey: Passkey; readonly open: (next: Open) => void }) {
  const now_ms = Date.now();
  return (
    <li className={list.row}>
      <div className={list.main}>
        <p className={list.name}>{passkey.name}</p>
        <p className={list.sub}>
          Added {whenWords(passkey.created_s, now_ms)}, {passkey.used_s === undefined ? 'not used yet' : `used ${whenWords(passkey.used_s, now_ms)}`}
        </p>
      </div>
      <div className={list.actions}>
        <Button look="quiet" onPress={() => open({ act: 'rename', passkey })} aria-label={`Rename ${passkey.name}`}>Rename</Button>
        <Button look="quiet" onPress={() => open({ act: 'remove', passkey })} aria-label={`Remove ${passkey.name}`}>Remove</Button>
      </div>
    </li>
  );
}

function PasskeyPart({ state, open }: PartProps) {
  return (
    <>
      <Setting title="Passkeys" text="Fingerprint, face, PIN or a security key. They sign you in without a password, too.">
        <Button onPress={() => open({ act: 'add' })}><Plus size={15} aria-hidden /> Add a passkey</Button>
      </Setting>
      {state.passkeys.length > 0 && (
        <ul className={styles.inner} aria-label="Your passkeys">
          {state.passkeys.map((passkey) => <PasskeyRow key={passkey.id} passkey={passkey} open={open} />)}
        </ul>
      )}
    </>
  );
}

const few = 3;

function CodesPart({ state, open }: PartProps) {
  return (
    <>
      <Setting title="Recovery codes" text={`${counted(state.recoveryLeft, 'code')} left. Each lets you in once, when your device is lost.`}>
        <Button onPress={() => open({ act: 'newCodes' })}>Make new ones</Button>
      </Setting>
      {state.recoveryLeft <= few && (
        <Notice tone="warn">{state.recoveryLeft === 0 ? 'No recovery code is left' : 'Few recovery codes are left'}. Make new ones, before your device is lost.</Notice>
      )}
    </>
  );
}

interface DialogProps {
  readonly open: Open;
  readonly last: boolean;
  readonly close: () => void;
  readonly finish: (codes: readonly string[]) => void;
}

function RemoveTotp({ last, close, finish }: Omit<DialogProps, 'open'>) {
  const remove = useRemoveTotp();
  return (
    <Confirm title="Turn the authenticator app off?" onClose={close} action="Turn it off" danger isPending={remove.isPending} error={remove.error} onConfirm={() => remove.mutate(undefined, { onSuccess: () => finish([]) })}>
      <p>{last ? 'It is your last second factor: your password alone will open your account, and your recovery codes go too.' : 'Your passkeys stay.'} You are told by e-mail.</p>
    </Confirm>
  );
}

function RemovePasskey({ passkey, last, close, finish }: Omit<DialogProps, 'open'> & { readonly passkey: Passkey }) {
  const remove = useRemovePasskey();
  return (
    <Confirm title={`Remove ${passkey.name}?`} onClose={close} action="Remove the passkey" danger isPending={remove.isPending} error={remove.error} onConfirm={() => remove.mutate(passkey.id, { onSuccess: () => finish([]) })}>
      <p>It signs you in no more. {last && 'It is your last second factor: your password alone will open your account, and your recovery codes go too. '}Take it off the device or the password manager as well.</p>
    </Confirm>
  );
}

function NewCodes({ close, finish }: Omit<DialogProps, 'open' | 'last'>) {
  const make = useNewCodes();
  return (
    <Confirm title="Make new recovery codes?" onClose={close} action="Make new codes" mustWait isPending={make.isPending} error={make.error} onConfirm={() => make.mutate(undefined, { onSuccess: finish })}>
      <p>The codes that you have now stop working.</p>
    </Confirm>
  );
}

function FactorDialog({ open, last, close, finish }: DialogProps) {
  const { login } = useSession();
  const busy = useFactorsBusy();
  const cancel = <Button isDisabled={busy} onPress={close}>Cancel</Button>;
  const rest = { last, close, finish };
  switch (open.act) {
    case 'removeTotp': return <RemoveTotp {...rest} />;
    case 'newCodes': return <NewCodes close={close} finish={finish} />;
    case 'remove': return <RemovePasskey passkey={open.passkey} {...rest} />;
    case 'rename': return <RenamePasskey passkey={open.passkey} onClose={close} />;
    case 'add': return <Dialog title="Add a passkey" isOpen mustAct={busy} onClose={close}><PasskeySetup cancel={cancel} onDone={finish} /></Dialog>;
    case 'codes':
      // Closing by a press beside the dialog would lose the codes: only the button inside ends it.
      return <Dialog title="Recovery codes" isOpen mustAct onClose={close}><KeepCodes codes={open.codes} login={login} action="Done" onDone={close} /></Dialog>;
    default:
      return (
        <Dialog title={open.act === 'move' ? 'Move to a new device' : 'Set up an authenticator app'} isOpen mustAct={busy} onClose={close}>
          {open.act === 'move' && <Notice tone="warn">The app on the old device stops working when the new one is on.</Notice>}
          <TotpSetup start={open.start} cancel={cancel} onDone={finish} />
        </Dialog>
      );
  }
}

export function FactorGroup() {
  const factors = useFactorState();
  const refresh = useRefreshSession();
  const [open, setOpen] = useState<Open>();
  const finish = (codes: readonly string[]) => {
    void refresh();
    setOpen(codes.length > 0 ? { act: 'codes', codes } : undefined);
  };
  const state = factors.data;
  const count = state ? state.passkeys.length + Number(state.totp) : 0;
  return (
    <SettingGroup title="Second factors">
      {factors.isPending && <Skeleton rows={4} />}
      {factors.isError && <ErrorState what="Your second factors" error={factors.error} onRetry={() => void factors.refetch()} />}
      {state && (
        <>
          {count === 0 && (
            <div className={styles.notice}>
              <Notice tone="warn">{state.required ? 'Your role needs a second factor.' : 'Your password alone opens your account.'} Add one of these two, so that a stolen password is not enough.</Notice>
            </div>
          )}
          <PasskeyPart state={state} open={setOpen} />
          <AppPart state={state} open={setOpen} />
          {count > 0 && <CodesPart state={state} open={setOpen} />}
        </>
      )}
      {open && <FactorDialog open={open} last={count === 1} close={() => setOpen(undefined)} finish={finish} />}
    </SettingGroup>
  );
}
