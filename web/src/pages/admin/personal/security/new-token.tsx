import { useState, type FormEvent } from 'react';
import { useSession } from '../../../../api/session';
import { Button } from '../../../../components/button';
import { Checkbox } from '../../../../components/checkbox';
import { Choice } from '../../../../components/choice';
import { CopyCode } from '../../../../components/copy-code';
import { Dialog, DialogActions } from '../../../../components/dialog';
import { Field } from '../../../../components/field';
import { Notice } from '../../../../components/states';
import { refusalWords } from '../../../../lib/refusal';
import { reaches, useCreateToken, type NewToken } from './use-tokens';
import form from '../../../../components/form.module.css';
import styles from './security.module.css';

const scopes = [
  { id: 'view', text: 'View' },
  { id: 'write', text: 'Write' },
  { id: 'admin', text: 'Admin' },
  { id: 'all', text: 'All that you may do' },
];
const lives = [30, 90, 180, 365].map((days) => ({ id: String(days), text: days === 365 ? 'A year' : `${days} days` }));
const startLife = '90';

function Sites({ chosen, onChange }: { readonly chosen: readonly number[]; readonly onChange: (sites: readonly number[]) => void }) {
  const { sites } = useSession();
  return (
    <fieldset className={styles.sites}>
      <legend>Sites</legend>
      {sites.map((site) => (
        <Checkbox
          key={site.idsite}
          isSelected={chosen.includes(site.idsite)}
          onChange={(on) => onChange(on ? [...chosen, site.idsite] : chosen.filter((id) => id !== site.idsite))}
        >
          {site.name}
        </Checkbox>
      ))}
    </fieldset>
  );
}

const wordsOf = (text: string): string[] => text.split(/[\s,;]+/).filter((word) => word !== '');

interface FormProps {
  readonly create: ReturnType<typeof useCreateToken>;
  readonly onClose: () => void;
}

function TokenForm({ create, onClose }: FormProps) {
  const { superuser } = useSession();
  const [draft, setDraft] = useState<NewToken>({ description: '', scope: 'view', sites: [], reach: 'read', networks: [], expiresDays: Number(startLife), urlAllowed: false, provisioning: false });
  const [someSites, setSomeSites] = useState(false);
  const [networks, setNetworks] = useState('');
  const problem = refusalWords(create.error);
  const change = (values: Partial<NewToken>) => setDraft({ ...draft, ...values });
  const reads = draft.reach === 'read' && draft.scope === 'view';
  const provisions = superuser && draft.reach === 'administer' && draft.scope === 'all';
  const named = wordsOf(networks);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (create.isPending) return;
    create.mutate({ ...draft, sites: someSites ? draft.sites : [], networks: named, urlAllowed: reads && draft.urlAllowed, provisioning: provisions && draft.provisioning });
  };
  return (
    <form className={form.form} onSubmit={submit}>
      {problem && <Notice tone="danger">{problem}</Notice>}
      <Field label="What it is for" isRequired autoFocus maxLength={100} value={draft.description} onChange={(description) => change({ description })} hint="As “Nightly export”. It stands in the list and in the record of what the token does." />
      <Choice label="What it may do" options={reaches} value={draft.reach} onChange={(reach) => change({ reach })} />
      <Choice label="Highest role" options={scopes} value={draft.scope} onChange={(scope) => change({ scope })} />
      <Choice
        label="On which sites"
        options={[{ id: 'all', text: 'All that you have' }, { id: 'some', text: 'Only some' }]}
        value={someSites ? 'some' : 'all'}
        onChange={(id) => setSomeSites(id === 'some')}
      />
      {someSites && <Sites chosen={draft.sites} onChange={(sites) => change({ sites })} />}
      <Choice label="Valid for" options={lives} value={String(draft.expiresDays)} onChange={(days) => change({ expiresDays: Number(days) })} />
      <Field label="Only from these addresses" isCode value={networks} onChange={setNetworks} placeholder="192.0.2.7, 2001:db8::/48" isRequired={provisions && draft.provisioning} hint={provisions && draft.provisioning ? 'Addresses or networks.' : 'Addresses or networks. Empty: from everywhere.'} />
      {reads && (
        <Checkbox isSelected={draft.urlAllowed} onChange={(urlAllowed) => change({ urlAllowed })} hint="For widgets on other pages. Whoever sees the address can read the reports.">
          May stand in an address
        </Checkbox>
      )}
      {provisions && (
        <Checkbox isSelected={draft.provisioning} onChange={(provisioning) => change({ provisioning })} hint="Adds users and changes roles below superuser without asking anybody. Each act is mailed and recorded.">
          Provisions users
        </Checkbox>
      )}
      <DialogActions>
        <Button isDisabled={create.isPending} onPress={onClose}>Cancel</Button>
        <Button look="primary" type="submit" isPending={create.isPending} isDisabled={someSites && draft.sites.length === 0}>{create.isPending ? 'Creating…' : 'Create the token'}</Button>
      </DialogActions>
    </form>
  );
}

export function NewTokenDialog({ onClose }: { readonly onClose: () => void }) {
  const create = useCreateToken();
  const token = create.data;
  return (
    <Dialog title={token === undefined ? 'Create a token' : 'Your new token'} isOpen mustAct={create.isPending || token !== undefined} onClose={onClose}>
      {token === undefined ? (
        <TokenForm create={create} onClose={onClose} />
      ) : (
        <>
          <Notice tone="warn"><span><strong>Copy it now.</strong> It is not shown again.</span></Notice>
          <CopyCode code={token} label="Token" />
          <p className={styles.small}>Programs send it as <code>Authorization: Bearer</code>, never in an address.</p>
          <DialogActions><Button look="primary" onPress={onClose}>Done</Button></DialogActions>
        </>
      )}
    </Dialog>
  );
}
