import { useMutation } from '@tanstack/react-query';
import { usersManagerSetUserPreference } from '../../../api/generated';
import { useRefreshSession, useSession } from '../../../api/session';
import { Choice } from '../../../components/choice';
import { Notice } from '../../../components/states';
import { allSites, daysOf, firstDays } from '../../../lib/first-view';
import { refusalWords } from '../../../lib/refusal';
import { Setting, SettingGroup } from '../admin-page';

/** What opens after signing in; saved at once. */
export function FirstPage() {
  const { login, sites, first_report, first_days } = useSession();
  const refresh = useRefreshSession();
  const set = useMutation({
    mutationFn: ([preferenceName, preferenceValue]: readonly [string, string]) => usersManagerSetUserPreference({ userLogin: login, preferenceName, preferenceValue }),
    onSuccess: refresh,
  });
  const problem = refusalWords(set.error);
  const pages = [{ id: allSites, text: 'All sites' }, ...sites.map((site) => ({ id: String(site.idsite), text: site.name }))];
  const shown = (name: string, now: string | null) => (set.isPending && set.variables[0] === name ? set.variables[1] : now);
  return (
    <SettingGroup title="When you sign in">
      {problem && <Notice tone="danger">{problem}</Notice>}
      <Setting title="First page" text="All sites side by side, or one of them.">
        <Choice label="First page" bare options={pages} value={shown('defaultReport', first_report)} isDisabled={set.isPending} onChange={(id) => set.mutate(['defaultReport', id])} />
      </Setting>
      <Setting title="First days" text="The days that it shows until you choose others.">
        <Choice label="First days" bare options={firstDays} value={daysOf(shown('defaultReportDate', first_days) ?? '')?.id ?? null} isDisabled={set.isPending} onChange={(id) => set.mutate(['defaultReportDate', id])} />
      </Setting>
    </SettingGroup>
  );
}
