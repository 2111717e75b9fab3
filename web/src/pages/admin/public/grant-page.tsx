import { useState } from 'react';
import { Link } from 'wouter';
import { useSession } from '../../../api/session';
import { CopyCode } from '../../../components/copy-code';
import { ErrorState, Skeleton } from '../../../components/states';
import { countryName } from '../../../lib/device';
import { counted, dayWords, whenWords } from '../../../lib/words';
import { publicPlace } from '../../../public-reports/banner';
import { channelWords, stateWords, whatWords, type Grant } from '../../../public-reports/model';
import { useGrant, usePublicState, type FullGrant } from '../../../public-reports/use-public-reports';
import { AdminPage, SettingGroup } from '../admin-page';
import { GrantDialog } from './act-dialogs';
import { GrantRow, type GrantAct } from './grant-row';
import { HistoryList } from './history-list';
import { Findings } from './scope-view';
import { Stranger } from './stranger';
import list from '../list.module.css';
import styles from './public-page.module.css';

const sources: Readonly<Record<string, string>> = { request: 'Asked for on this page', matomo: 'Carried over from Matomo', api: 'By the API', operator: 'By the operator of the server' };

function factsOf(grant: Grant, now_ms: number, isOn: boolean): [string, string][] {
  const when = (at_s: number | undefined) => (at_s === undefined ? '' : ` on ${dayWords(at_s, now_ms)}`);
  const by = (who: string, at_s?: number) => (who === '' ? '' : `${who}${when(at_s)}`);
  const country = countryName(grant.lastCountry);
  return ([
    ['State', stateWords(grant, isOn)],
    ['What', `${whatWords(grant.what, grant.reports.length, grant.dashboard)}, ${channelWords(grant.channel)}`],
    ['Reason', grant.reason],
    ['Asked for', [by(grant.requestedBy, grant.requestedAt_s), sources[grant.source] ?? ''].filter(Boolean).join('. ')],
    ['Confirmed', by(grant.activatedBy, grant.activatedAt_s)],
    ['Approved', by(grant.approvedBy)],
    ['Ends', grant.expiresAt_s === undefined ? (grant.reconfirmBy_s === undefined ? '' : `Without an end, to be confirmed again by ${dayWords(grant.reconfirmBy_s, now_ms)}`) : dayWords(grant.expiresAt_s, now_ms)],
    ['Views', `${counted(grant.views, 'view')}${grant.lastViewed_s === undefined ? '' : `, the last ${whenWords(grant.lastViewed_s, now_ms)}${country === '' ? '' : ` from ${country}`}`}`],
    ['Looked back', counted(grant.months, 'month')],
    ['Segment', grant.segment],
    ['Hidden', grant.visitsMin === 0 ? '' : `Rows with fewer than ${counted(grant.visitsMin, 'visit')}`],
    ['Inside other pages', grant.origins.join(', ')],
    ['Last change', by(grant.changedBy, grant.changedAt_s)],
  ] satisfies [string, string][]).filter(([, words]) => words !== '');
}

function Details({ full }: { readonly full: FullGrant }) {
  const { superuser } = useSession();
  const { grant, history, findings } = full;
  const isOn = usePublicState().data?.switch === 'on';
  const [open, setOpen] = useState<GrantAct>();
  const now_ms = Date.now();
  return (
    <>
      <ul className={list.list} aria-label="This grant"><GrantRow grant={grant} superuser={superuser} isOn={isOn} now_ms={now_ms} onAct={setOpen} /></ul>
      {grant.url !== '' && grant.state === 'active' && <CopyCode code={grant.url} label="Open address" />}
      <SettingGroup title="What was granted">
        <dl className={styles.facts}>{factsOf(grant, now_ms, isOn).map(([name, words]) => [<dt key={`${name} t`}>{name}</dt>, <dd key={`${name} d`}>{words}</dd>])}</dl>
      </SettingGroup>
      <SettingGroup title="What looks personal now"><Findings findings={findings} /></SettingGroup>
      {grant.state !== 'revoked' && (
        <SettingGroup title="As a stranger sees it">
          <Stranger idGrant={grant.id} idSite={grant.idSite} />
        </SettingGroup>
      )}
      <SettingGroup title="History"><HistoryList lines={history} now_ms={now_ms} /></SettingGroup>
      {open && <GrantDialog act={open} grant={grant} onClose={() => setOpen(undefined)} />}
    </>
  );
}

export default function GrantPage({ id }: { readonly id: number }) {
  const full = useGrant(id);
  return (
    <AdminPage title={full.data ? `Public reports of ${full.data.grant.siteName}` : 'Public reports'} lead="What was granted, how it looks, and everything that was done with it." action={<Link href={publicPlace} className={list.link}>All public reports</Link>}>
      {full.isPending ? <Skeleton rows={12} /> : full.isError ? <ErrorState what="This grant" error={full.error} onRetry={() => void full.refetch()} /> : <Details full={full.data} />}
    </AdminPage>
  );
}
