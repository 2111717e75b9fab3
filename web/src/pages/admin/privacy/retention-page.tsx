import { useState } from 'react';
import { useSession } from '../../../api/session';
import { Button } from '../../../components/button';
import { Confirm } from '../../../components/confirm';
import { EmptyState, ErrorState, Notice, Skeleton } from '../../../components/states';
import { counted } from '../../../lib/words';
import { AdminPage, SettingGroup } from '../admin-page';
import { JobList } from './job-list';
import { ScopeChoice, useScope } from './scope';
import { SettingsForm } from './settings-form';
import { useEstimate, usePurge, type Estimate, type ReportEstimate } from './use-privacy';
import form from './form.module.css';
import list from '../list.module.css';

const groups = [
  { title: 'Old visits', names: ['deleteLogsEnable', 'deleteLogsOlderThan', 'deleteLogsScheduleLowestInterval'] },
  { title: 'Reports of days without visits', names: ['keepReportsEnable', 'keepReportsMonths'] },
];
const mib = 1024 * 1024;

const sizeWords = (bytes: number): string => (bytes < mib ? 'less than 1\u202fMiB' : `about ${Math.round(bytes / mib).toLocaleString()}\u202fMiB`);

function reportWords({ kept, months, daysToKeep, bytesToKeep, daysKept, bytesKept, daysToDelete, bytesToDelete }: ReportEstimate): string {
  const words = [kept ? `Reports stay ${months === 0 ? 'for good' : `for ${counted(months, 'month')}`}` : 'Reports go with their visits'];
  if (daysToKeep > 0) words.push(`those of ${counted(daysToKeep, 'day')} will stay without visits, ${sizeWords(bytesToKeep)}`);
  if (daysKept > 0) words.push(`those of ${counted(daysKept, 'day')} stand without visits now, ${sizeWords(bytesKept)}`);
  if (daysToDelete > 0) words.push(`${counted(daysToDelete, 'day')} of them will go, ${sizeWords(bytesToDelete)}`);
  return words.join('; ');
}

function EstimateRow({ estimate }: { readonly estimate: Estimate }) {
  const { sites } = useSession();
  const name = sites.find((site) => site.idsite === estimate.idSite)?.name ?? `Site ${estimate.idSite}`;
  return (
    <li className={list.row}>
      <div className={list.main}>
        <p className={list.name}>{name}<span className={list.badge}>{estimate.enabled ? 'Deletes' : 'Keeps all'}</span></p>
        <p className={list.sub}>
          Older than {counted(estimate.days, 'day')}: {counted(estimate.visits, 'visit')}, {counted(estimate.actions, 'action')}, {sizeWords(estimate.bytes)}
        </p>
        <p className={list.sub}>{reportWords(estimate.reports)}</p>
      </div>
    </li>
  );
}

export default function RetentionPage() {
  const [idSite, setSite] = useScope();
  const estimate = useEstimate();
  const purge = usePurge();
  const [open, setOpen] = useState(false);
  const due = (estimate.data ?? []).filter((one) => one.enabled && (one.visits > 0 || one.reports.daysToDelete > 0));
  const sum = (of: (one: Estimate) => number) => due.reduce((all, one) => all + of(one), 0);
  const visits = sum((one) => one.visits);
  const kept = sum((one) => one.reports.daysToKeep);
  const gone = sum((one) => one.reports.daysToDelete);
  return (
    <AdminPage title="Data retention" lead="How long visits are kept, and reports of days whose visits are gone. What is deleted leaves the disk, and a backup that is restored later does not bring it back.">
      <ScopeChoice value={idSite} onChange={setSite} />
      <Notice tone="warn">Reports are computed from visits. Without the visits of a day its reports are empty, unless they are kept longer. Then they hold addresses, titles and search words as they were tracked, and erasing a person does not reach them.</Notice>
      <SettingsForm key={idSite} idSite={idSite} groups={groups} />
      <SettingGroup title="What that means now">
        {estimate.isPending ? (
          <Skeleton rows={3} />
        ) : estimate.isError ? (
          <ErrorState what="The estimate" error={estimate.error} onRetry={() => void estimate.refetch()} />
        ) : estimate.data.length === 0 ? (
          <EmptyState title="There is no site yet" />
        ) : (
          <ul className={list.list} aria-label="Estimate by site">{estimate.data.map((one) => <EstimateRow key={one.idSite} estimate={one} />)}</ul>
        )}
        <div className={form.stack}><Button look="danger" isDisabled={due.length === 0} onPress={() => setOpen(true)}>Delete old visits now</Button></div>
      </SettingGroup>
      <SettingGroup title="Deletions"><JobList only="purge" /></SettingGroup>
      {open && (
        <Confirm title="Delete old visits now?" action="Delete them" danger isPending={purge.isPending} error={purge.error} onClose={() => setOpen(false)} onConfirm={() => purge.mutate(undefined, { onSuccess: () => setOpen(false) })}>
          <p>{counted(visits, 'visit')} of {counted(due.length, 'site')} will be deleted for good.</p>
          {kept > 0 && <p>Reports of {counted(kept, 'day')} will be kept first.</p>}
          {gone > 0 && <p>Kept reports of {counted(gone, 'day')} will be deleted too.</p>}
        </Confirm>
      )}
    </AdminPage>
  );
}
