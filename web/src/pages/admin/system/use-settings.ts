import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { read, write } from '../../../api/generated';
import { type Cells, isTrue, listOf } from '../../../lib/rows';

export type Control = 'checkbox' | 'number' | 'text' | 'lines' | 'select';

/** One setting of the installation, its value as the text in which it is stored. */
export interface SystemSetting {
  readonly key: string;
  readonly title: string;
  readonly doc: string;
  readonly control: Control;
  readonly options: readonly string[];
  readonly value: string;
  readonly default: string;
  readonly isDefault: boolean;
  /** `default`, `stored`, or `site`. */
  readonly origin: string;
  readonly secret: boolean;
}

export interface SettingsOfFeature {
  readonly feature: string;
  readonly title: string;
  readonly settings: readonly SystemSetting[];
}

const settingsKey = ['system-settings'] as const;
const getSettings = read<Record<never, never>, unknown>('CorePluginsAdmin.getSystemSettings');
const setSettings = write<{ settingValues: string }, unknown>('CorePluginsAdmin.setSystemSettings');
const sendTest = write<{ address: string }, unknown>('CoreAdminHome.sendTestMail');

export const settingOf = (cells: Cells): SystemSetting => ({
  key: String(cells.key),
  title: String(cells.title),
  doc: String(cells.doc),
  control: String(cells.control) as Control,
  options: Array.isArray(cells.options) ? cells.options.map(String) : [],
  value: String(cells.value ?? ''),
  default: String(cells.default ?? ''),
  isDefault: cells.origin === 'default',
  origin: String(cells.origin),
  secret: isTrue(cells.secret),
});

export function useSettings() {
  return useQuery({
    queryKey: settingsKey,
    queryFn: async ({ signal }): Promise<SettingsOfFeature[]> =>
      listOf(await getSettings({}, signal)).map((group) => ({
        feature: String(group.pluginName),
        title: String(group.title),
        settings: listOf(group.settings).map(settingOf),
      })),
  });
}

/** Saves all of them or none. */
export function useSaveSettings() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (values: Readonly<Record<string, string | null>>) => setSettings({ settingValues: JSON.stringify(values) }),
    onSuccess: () => client.invalidateQueries({ queryKey: settingsKey }),
  });
}

export const useTestMail = () => useMutation({ mutationFn: (address: string) => sendTest({ address }) });
