import { TriangleAlert } from 'lucide-react';
import { Notice } from '../../../components/states';
import { counted } from '../../../lib/words';
import { channelWords, findingWords, whatWords, type Finding } from '../../../public-reports/model';
import type { Options, PreviewGrant } from '../../../public-reports/use-public-reports';
import { SettingGroup } from '../admin-page';
import list from '../list.module.css';
import styles from './public-page.module.css';

const day = (text: string): string => {
  const date = new Date(`${text}T12:00:00`);
  return Number.isNaN(date.getTime()) ? text : date.toLocaleDateString(undefined, { day: 'numeric', month: 'long', year: 'numeric' });
};

/** Exactly what would be visible of one site. */
function Scope({ grant, options }: { readonly grant: PreviewGrant; readonly options: Options | undefined }) {
  const nameOf = (id: string) => options?.shows.find((one) => one.id === id)?.name ?? id;
  const facts: [string, string][] = [
    ['What', `${whatWords(grant.what, grant.named.length, grant.dashboard)}, ${channelWords(grant.channel)}`],
    ...(grant.dashboard && grant.dashboard.leftOut.length > 0 ? [['Not shown of it', grant.dashboard.leftOut.map((report) => report.name).join(', ')] satisfies [string, string]] : []),
    ['Days', `${day(grant.first)} to ${day(grant.last)}`],
    ['Visits', grant.segment === '' ? 'All of them' : `Only of the segment ${grant.segment}`],
    ['Small numbers', grant.visitsMin === 0 ? 'Shown too' : `Rows with fewer than ${counted(grant.visitsMin, 'visit')} are added up as “Others”`],
    ['Shown besides', grant.shows.length === 0 ? 'No full addresses, search terms, revenue or annotations' : grant.shows.map(nameOf).join(', ')],
    ['Inside other pages', grant.origins.length === 0 ? 'No' : grant.origins.join(', ')],
    ['Ends', grant.expiresInDays === 0 ? 'Without an end, to be confirmed again every 90 days' : `After ${counted(grant.expiresInDays, 'day')}`],
  ];
  return (
    <SettingGroup title={grant.siteName}>
      <dl className={styles.facts}>
        {facts.map(([name, words]) => [<dt key={`${name} t`}>{name}</dt>, <dd key={`${name} d`}>{words}</dd>])}
      </dl>
      <details className={styles.findings}>
        <summary>{counted(grant.named.length, 'report')} and {counted(grant.columns.length, 'column')} by name</summary>
        <ul className={styles.columns} aria-label="Reports">{grant.named.map((report) => <li key={report.method}>{report.name}</li>)}</ul>
        <p className={styles.examples}>Columns: <code>{grant.columns.join(', ')}</code></p>
      </details>
    </SettingGroup>
  );
}

/** What looks like something of a person. The examples are tracked text: they are shown as text only. */
export function Findings({ findings }: { readonly findings: readonly Finding[] }) {
  if (findings.length === 0) return <Notice tone="safe">Nothing that looks personal was found in what would be seen.</Notice>;
  return (
    <>
      <Notice tone="danger"><TriangleAlert size={16} aria-hidden /> <span>Something of what would be seen looks personal. Look at it before you go on.</span></Notice>
      <ul className={list.list} aria-label="What looks personal">
        {findings.map((finding, at) => (
          <li key={`${finding.idSite} ${finding.report} ${finding.kind} ${at}`} className={styles.findings}>
            <strong>{findingWords(finding)}</strong>
            {finding.examples.length > 0 && <span className={styles.examples}>{finding.examples.map((example) => `“${example}”`).join(', ')}</span>}
          </li>
        ))}
      </ul>
    </>
  );
}

const scopes_open = 10;

export function ScopeView({ grants, options }: { readonly grants: readonly PreviewGrant[]; readonly options: Options | undefined }) {
  return (
    <>
      {grants.slice(0, scopes_open).map((grant, at) => <Scope key={`${grant.idSite} ${at}`} grant={grant} options={options} />)}
      {grants.length > scopes_open && (
        <SettingGroup title={`And ${counted(grants.length - scopes_open, 'more site', 'more sites')}, the same of each`}>
          <ul className={styles.columns}>{grants.slice(scopes_open).map((grant) => <li key={grant.idSite}>{grant.siteName}</li>)}</ul>
        </SettingGroup>
      )}
    </>
  );
}
