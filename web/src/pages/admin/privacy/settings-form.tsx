import { ErrorState, Skeleton } from '../../../components/states';
import { SettingGroup } from '../admin-page';
import { useSettingChanges } from '../system/setting-row';
import { usePrivacySettings, useSavePrivacy } from './use-privacy';

export interface FormGroup {
  readonly title: string;
  /** Names of settings, without that of the feature. */
  readonly names: readonly string[];
}

/** Settings of privacy in groups; changes are saved together. */
export function SettingsForm({ idSite, groups }: { readonly idSite: number; readonly groups: readonly FormGroup[] }) {
  const settings = usePrivacySettings(idSite);
  const { rowOf, bar } = useSettingChanges(useSavePrivacy(idSite), idSite > 0);
  if (settings.isPending) return <Skeleton rows={10} />;
  if (settings.isError) return <ErrorState what="The settings" error={settings.error} onRetry={() => void settings.refetch()} />;
  const find = (name: string) => settings.data.find((setting) => setting.key === `PrivacyManager.${name}`);
  return (
    <>
      {groups.map((group) => (
        <SettingGroup key={group.title} title={group.title}>
          {group.names.map(find).filter((setting) => setting !== undefined).map(rowOf)}
        </SettingGroup>
      ))}
      {bar}
    </>
  );
}
