import { useState, type FormEvent } from 'react';
import { useSession } from '../../../api/session';
import { Button } from '../../../components/button';
import { Field, SearchBox } from '../../../components/field';
import { EmptyState, ErrorState, Notice, Skeleton } from '../../../components/states';
import { useTypedQuery } from '../../../frame/query-state';
import { refusalWords } from '../../../lib/refusal';
import { AdminPage, SettingGroup } from '../admin-page';
import { useDomainGuard } from './domain-guard';
import { domainsKey } from './domain-loss';
import { useSettingChanges } from './setting-row';
import { useSettings, useTestMail, type SettingsOfFeature, type SystemSetting } from './use-settings';
import styles from './settings-page.module.css';

function TestMail() {
  const { email } = useSession();
  const [address, setAddress] = useState(email);
  const test = useTestMail();
  const problem = refusalWords(test.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!test.isPending) test.mutate(address);
  };
  return (
    <form className={styles.test} onSubmit={submit}>
      <Field label="Try it: send a mail to" type="email" isRequired value={address} onChange={setAddress} />
      <Button type="submit" isPending={test.isPending}>{test.isPending ? 'Sending…' : 'Send a test mail'}</Button>
      {problem && <Notice tone="danger">{problem}</Notice>}
      {test.isSuccess && <Notice tone="safe">The mail is on its way to {test.variables}. Look whether it arrives.</Notice>}
    </form>
  );
}

function found(groups: readonly SettingsOfFeature[], text: string): SettingsOfFeature[] {
  const wanted = text.trim().toLowerCase();
  const holds = (setting: SystemSetting) => `${setting.title} ${setting.doc} ${setting.key}`.toLowerCase().includes(wanted);
  return groups.map((group) => ({ ...group, settings: group.settings.filter(holds) })).filter((group) => group.settings.length > 0);
}

export default function SettingsPage() {
  const settings = useSettings();
  const [text, setText] = useTypedQuery('q');
  const domains = settings.data?.flatMap((group) => group.settings).find((setting) => setting.key === domainsKey);
  const { dialog, ...saving } = useDomainGuard(domains);
  const { rowOf, bar } = useSettingChanges(saving);
  const groups = found(settings.data ?? [], text);
  return (
    <AdminPage title="General settings" lead="What holds for the whole installation. Changes of security settings are mailed to every superuser.">
      {settings.isPending ? (
        <Skeleton rows={12} />
      ) : settings.isError ? (
        <ErrorState what="The settings" error={settings.error} onRetry={() => void settings.refetch()} />
      ) : (
        <>
          <SearchBox main label="Search in the settings" value={text} onChange={setText} />
          {groups.length === 0 && <EmptyState title="No setting like that" action={<Button onPress={() => setText('')}>Show all</Button>} />}
          {groups.map((group) => (
            <SettingGroup key={group.feature} title={group.title}>
              {group.settings.map(rowOf)}
              {group.feature === 'CoreAdminHome' && <TestMail />}
            </SettingGroup>
          ))}
        </>
      )}
      {bar}
      {dialog}
    </AdminPage>
  );
}
