import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Checkbox } from 'react-aria-components';
import { sitesManagerGetJavascriptTag } from '../../../api/generated';
import { useSession } from '../../../api/session';
import { Choice } from '../../../components/choice';
import { CopyCode } from '../../../components/copy-code';
import { EmptyState, ErrorState, Skeleton } from '../../../components/states';
import { useQueryState } from '../../../frame/query-state';
import { cellsOf } from '../../../lib/rows';
import { AdminPage, SettingGroup } from '../admin-page';
import styles from './tracking-code-page.module.css';

const options = [
  { id: 'mergeSubdomains', text: 'Follow visitors across all subdomains of the site' },
  { id: 'groupPageTitlesByDomain', text: 'Put the domain before page titles' },
  { id: 'mergeAliasUrls', text: 'Count links to other addresses of this site as its own' },
  { id: 'trackNoScript', text: 'Count visitors without JavaScript too' },
  { id: 'doNotTrack', text: 'Leave out visitors whose browser asks not to be tracked' },
  { id: 'disableCookies', text: 'Use no cookies' },
] as const;

function Code({ idSite, chosen }: { readonly idSite: number; readonly chosen: ReadonlySet<string> }) {
  const flags = Object.fromEntries([...chosen].map((id) => [id, 1]));
  const code = useQuery({
    queryKey: ['tracking-code', idSite, flags],
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => String(cellsOf(await sitesManagerGetJavascriptTag({ idSite, ...flags }, signal)).value ?? ''),
  });
  if (code.isPending) return <Skeleton rows={6} />;
  if (code.isError) return <ErrorState what="The code" error={code.error} onRetry={() => void code.refetch()} />;
  return <CopyCode code={code.data} label="Tracking code" />;
}

export default function TrackingCodePage() {
  const { sites } = useSession();
  const [site, setSite] = useQueryState('site', String(sites[0]?.idsite ?? ''));
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const toggle = (id: string, on: boolean) => setChosen(new Set(on ? [...chosen, id] : [...chosen].filter((one) => one !== id)));
  const lead = 'Put it on every page of the site, just before </head>. The first visit shows within seconds.';
  if (sites.length === 0) {
    return (
      <AdminPage title="Tracking code" lead={lead}>
        <EmptyState title="No site yet">Add a site first; its code stands here.</EmptyState>
      </AdminPage>
    );
  }
  return (
    <AdminPage title="Tracking code" lead={lead}>
      <Choice label="Site" options={sites.map((one) => ({ id: String(one.idsite), text: one.name }))} value={site} onChange={setSite} />
      <Code idSite={Number(site)} chosen={chosen} />
      <SettingGroup title="Options of the code">
        {options.map((option) => (
          <Checkbox key={option.id} className={styles.option ?? ''} isSelected={chosen.has(option.id)} onChange={(on) => toggle(option.id, on)}>
            <span className={styles.box} aria-hidden>
              <svg viewBox="0 0 12 12" width="12" height="12"><path d="M2 6.2 4.8 9 10 3" fill="none" stroke="currentColor" strokeWidth="1.8" /></svg>
            </span>
            {option.text}
          </Checkbox>
        ))}
      </SettingGroup>
    </AdminPage>
  );
}
