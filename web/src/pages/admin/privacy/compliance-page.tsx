import { useState } from 'react';
import { Button } from '../../../components/button';
import { Confirm } from '../../../components/confirm';
import { ErrorState, Notice, Skeleton } from '../../../components/states';
import { saveFile } from '../../../lib/download';
import { refusalWords } from '../../../lib/refusal';
import { counted } from '../../../lib/words';
import { AdminPage, SettingGroup } from '../admin-page';
import { ScopeChoice, useScope } from './scope';
import { useDocument, useEnforce, usePolicies, usePolicyState, type Policy, type PolicyRule } from './use-privacy';
import form from './form.module.css';
import list from '../list.module.css';

const tones: Readonly<Record<string, string>> = { compliant: 'safe', enforced: 'safe', non_compliant: 'danger' };
const states: Readonly<Record<string, string>> = { compliant: 'Met', enforced: 'Enforced', non_compliant: 'Not met', manual: 'For you to see to' };

function RuleRow({ rule }: { readonly rule: PolicyRule }) {
  return (
    <li className={list.row}>
      <div className={list.main}>
        <p className={list.name}>{rule.title}<span className={list.badge} data-tone={tones[rule.state]}>{states[rule.state] ?? rule.state}</span></p>
        <p className={list.sub}>{rule.changes}</p>
      </div>
    </li>
  );
}

function PolicyPart({ policy, idSite }: { readonly policy: Policy; readonly idSite: number }) {
  const state = usePolicyState(idSite, policy.id);
  const enforce = useEnforce(idSite, policy.id);
  const document = useDocument(idSite, policy.id);
  const [open, setOpen] = useState(false);
  const problem = refusalWords(document.error);
  const save = (cells: Readonly<Record<string, unknown>>) => saveFile(String(cells.name), 'text/markdown', String(cells.text));
  if (state.isPending) return <SettingGroup title={policy.title}><Skeleton rows={8} /></SettingGroup>;
  if (state.isError) return <SettingGroup title={policy.title}><ErrorState what="This policy" error={state.error} onRetry={() => void state.refetch()} /></SettingGroup>;
  const unmet = state.data.rules.filter((rule) => rule.state === 'non_compliant');
  return (
    <SettingGroup title={policy.title}>
      <div className={form.stack}>
        <p className={list.sub}>{policy.doc}</p>
        {state.data.compliant ? (
          <Notice tone="safe">Every setting meets this policy{state.data.enforced ? ', and it is enforced' : ''}. {counted(state.data.rules.filter((rule) => rule.isManual).length, 'point is', 'points are')} for you to see to.</Notice>
        ) : (
          <Notice tone="warn">{counted(unmet.length, 'setting does', 'settings do')} not meet this policy.</Notice>
        )}
        <ul className={list.list} aria-label={policy.title}>{state.data.rules.map((rule) => <RuleRow key={rule.title} rule={rule} />)}</ul>
        {problem && <Notice tone="danger">{problem}</Notice>}
        <div className={list.actions}>
          <Button onPress={() => document.mutate(undefined, { onSuccess: save })} isPending={document.isPending}>Make a dated document</Button>
          <Button look={state.data.enforced ? 'outline' : 'primary'} onPress={() => setOpen(true)}>{state.data.enforced ? 'Enforce no more' : 'Enforce'}</Button>
        </div>
      </div>
      {open && (
        <Confirm
          title={state.data.enforced ? 'Enforce it no more?' : `Enforce "${policy.title}"?`}
          action={state.data.enforced ? 'Release it' : 'Enforce it'}
          isPending={enforce.isPending}
          error={enforce.error}
          onClose={() => setOpen(false)}
          onConfirm={() => enforce.mutate(!state.data.enforced, { onSuccess: () => setOpen(false) })}
        >
          {state.data.enforced ? (
            <p>The settings stay as they are, and may be changed again.</p>
          ) : (
            <>
              <p>These settings are changed, and nobody can change them back until the policy is released:</p>
              <ul>{unmet.map((rule) => <li key={rule.title}>{rule.title}. {rule.changes}</li>)}</ul>
            </>
          )}
        </Confirm>
      )}
    </SettingGroup>
  );
}

export default function CompliancePage() {
  const [idSite, setSite] = useScope();
  const policies = usePolicies();
  return (
    <AdminPage title="Compliance" lead="What privacy law and we ask of your settings, how far they meet it, and proof with a date.">
      <ScopeChoice value={idSite} onChange={setSite} />
      {policies.isPending && <Skeleton rows={10} />}
      {policies.isError && <ErrorState what="The policies" error={policies.error} onRetry={() => void policies.refetch()} />}
      {policies.data?.map((policy) => <PolicyPart key={policy.id} policy={policy} idSite={idSite} />)}
    </AdminPage>
  );
}
