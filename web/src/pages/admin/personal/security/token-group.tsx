import { Plus } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../../../components/button';
import { Confirm } from '../../../../components/confirm';
import { EmptyState, ErrorState, Skeleton } from '../../../../components/states';
import { counted, dayWords, whenWords } from '../../../../lib/words';
import { SettingGroup } from '../../admin-page';
import { NewTokenDialog } from './new-token';
import { reaches, useDeleteAllTokens, useDeleteToken, useTokens, type Token } from './use-tokens';
import list from '../../list.module.css';
import styles from './security.module.css';

const sentence = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

function scopeWords(token: Token): string {
  const reach = reaches.find((one) => one.id === token.reach)?.text ?? token.reach;
  const role = token.role === 'all' ? '' : `, at most ${token.role}`;
  const only = token.networks.length === 0 ? '' : `, only from ${token.networks.join(', ')}`;
  return `${reach}${role}, ${token.sites === undefined ? 'all your sites' : counted(token.sites, 'site')}${only}`;
}

function lifeWords(token: Token, now_ms: number): string {
  const from = token.usedFrom === '' ? '' : ` from ${token.usedFrom}`;
  const used = token.used_s === undefined ? 'not used yet' : `used ${whenWords(token.used_s, now_ms)}${from}`;
  if (token.expires_s === undefined) return `${used}, no end`;
  const over = token.expires_s * 1000 <= now_ms;
  return `${used}, ${over ? 'ended' : 'ends'} ${dayWords(token.expires_s, now_ms)}`;
}

function TokenRow({ token, onDelete }: { readonly token: Token; readonly onDelete: () => void }) {
  const now_ms = Date.now();
  return (
    <li className={list.row}>
      <div className={list.main}>
        <p className={list.name}>
          {token.name || 'No description'}
          {token.urlAllowed && <span className={list.badge}>In addresses</span>}
          {token.provisioning && <span className={list.badge}>Provisioning</span>}
        </p>
        <p className={list.sub}>{scopeWords(token)}</p>
        <p className={list.sub}>{sentence(lifeWords(token, now_ms))}</p>
      </div>
      <div className={list.actions}>
        <Button look="quiet" onPress={onDelete} aria-label={`Delete ${token.name}`}>Delete</Button>
      </div>
    </li>
  );
}

function DeleteToken({ token, onClose }: { readonly token: Token; readonly onClose: () => void }) {
  const remove = useDeleteToken();
  return (
    <Confirm title={`Delete ${token.name || 'this token'}?`} onClose={onClose} action="Delete the token" danger isPending={remove.isPending} error={remove.error} onConfirm={() => remove.mutate(token.id, { onSuccess: onClose })}>
      <p>Whatever program uses it is refused from now on.</p>
    </Confirm>
  );
}

function DeleteAll({ count, onClose }: { readonly count: number; readonly onClose: () => void }) {
  const remove = useDeleteAllTokens();
  return (
    <Confirm title="Delete all tokens?" onClose={onClose} action="Delete them" danger isPending={remove.isPending} error={remove.error} onConfirm={() => remove.mutate(undefined, { onSuccess: onClose })}>
      <p>{counted(count, 'token')}: whatever programs use them are refused from now on.</p>
    </Confirm>
  );
}

export function TokenGroup() {
  const tokens = useTokens();
  const [open, setOpen] = useState<'new' | 'all' | Token>();
  const close = () => setOpen(undefined);
  const create = <Button onPress={() => setOpen('new')}><Plus size={15} aria-hidden /> Create a token</Button>;
  return (
    <SettingGroup title="Tokens">
      {tokens.isPending && <Skeleton rows={3} />}
      {tokens.isError && <ErrorState what="Your tokens" error={tokens.error} onRetry={() => void tokens.refetch()} />}
      {tokens.data?.length === 0 && (
        <EmptyState title="No tokens" action={create}>A token lets a program read your reports or track for you, in your name and never with more rights than you have.</EmptyState>
      )}
      {tokens.data && tokens.data.length > 0 && (
        <>
          <ul aria-label="Your tokens">
            {tokens.data.map((token) => <TokenRow key={token.id} token={token} onDelete={() => setOpen(token)} />)}
          </ul>
          <div className={styles.foot}>
            {create}
            {tokens.data.length > 1 && <Button look="quiet" onPress={() => setOpen('all')}>Delete all</Button>}
          </div>
        </>
      )}
      {open === 'new' && <NewTokenDialog onClose={close} />}
      {open === 'all' && <DeleteAll count={tokens.data?.length ?? 0} onClose={close} />}
      {typeof open === 'object' && <DeleteToken token={open} onClose={close} />}
    </SettingGroup>
  );
}
