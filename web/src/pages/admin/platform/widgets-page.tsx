import { Link } from 'wouter';
import { Choice } from '../../../components/choice';
import { CopyCode } from '../../../components/copy-code';
import { Field } from '../../../components/field';
import { EmptyState, ErrorState, Notice, Skeleton } from '../../../components/states';
import { useState } from 'react';
import { useQueryState } from '../../../frame/query-state';
import { refusalWords } from '../../../lib/refusal';
import { publicPlace } from '../../../public-reports/banner';
import { channelWords, whatWords, type Grant } from '../../../public-reports/model';
import { useEmbedCode, useGrants } from '../../../public-reports/use-public-reports';
import { AdminPage, SettingGroup } from '../admin-page';
import { Stranger } from '../public/stranger';
import form from '../../../components/form.module.css';
import pages from '../public/public-page.module.css';

const whole = 'whole';
const periods = [{ id: 'day', text: 'A day' }, { id: 'week', text: 'A week' }, { id: 'month', text: 'A month' }, { id: 'year', text: 'A year' }];

/** The code for one grant: of the whole page, or of one report of it. */
function Code({ grant }: { readonly grant: Grant }) {
  const [report, setReport] = useState<string>(whole);
  const [period, setPeriod] = useState('month');
  const [link, setLink] = useState('');
  const secret = grant.channel !== 'open';
  const ready = !secret || /^https?:\/\/.+\/public\/link\/[^/\s]+$/.test(link.trim());
  const only = report === whole ? undefined : report;
  const code = useEmbedCode(ready && grant.origins.length > 0 ? { idGrant: grant.id, period, ...(only === undefined ? {} : { report: only }), ...(secret ? { link: link.trim() } : {}) } : undefined);
  const options = [{ id: whole, text: `${whatWords(grant.what, grant.reports.length, grant.dashboard)} as one page` }, ...grant.reports.map(({ method, name }) => ({ id: method, text: name }))];
  return (
    <>
      <div className={form.form}>
        <div className={pages.pair}>
          <Choice label="What the frame shows" options={options} value={report} onChange={setReport} />
          <Choice label="Period it begins with" options={periods} value={period} onChange={setPeriod} />
        </div>
        {secret && grant.origins.length > 0 && (
          <Field label="The secret link" isCode placeholder="https://…/public/link/…" value={link} onChange={setLink} hint="It was shown when the grant was confirmed, and is kept nowhere. Make a new one if it is lost." />
        )}
        {grant.origins.length === 0 ? (
          <Notice tone="warn"><span>No page may show these reports inside it. <Link href={`${publicPlace}/${grant.id}/change`}>Name the pages that may</Link>.</span></Notice>
        ) : code.isError ? (
          <Notice tone="danger">{refusalWords(code.error)}</Notice>
        ) : code.data ? (
          <CopyCode code={code.data.html} label="Code of the frame" />
        ) : ready ? (
          <Skeleton rows={2} />
        ) : null}
        {grant.origins.length > 0 && <p className={pages.examples}>Works inside pages of {grant.origins.join(', ')}. No token stands in it: it ends with the grant.</p>}
      </div>
      <SettingGroup title="How it looks">
        <Stranger idGrant={grant.id} idSite={grant.idSite} only={only} period={period} />
      </SettingGroup>
    </>
  );
}

export default function WidgetsPage() {
  const grants = useGrants();
  const [chosen, choose] = useQueryState('grant');
  const active = (grants.data ?? []).filter((grant) => grant.state === 'active');
  const grant = active.find((one) => String(one.id) === chosen) ?? active[0];
  return (
    <AdminPage title="Widgets" lead="Show reports inside other pages. What a frame may show is what was made public; nothing else opens by it.">
      {grants.isPending ? (
        <Skeleton rows={8} />
      ) : grants.isError ? (
        <ErrorState what="The widgets" error={grants.error} onRetry={() => void grants.refetch()} />
      ) : grant ? (
        <>
          <Choice label="Public reports" options={active.map((one) => ({ id: String(one.id), text: `${one.siteName}: ${whatWords(one.what, one.reports.length, one.dashboard)}, ${channelWords(one.channel)}` }))} value={String(grant.id)} onChange={choose} />
          <Code key={grant.id} grant={grant} />
        </>
      ) : (
        <EmptyState title="Nothing is public yet" action={<Link href={`${publicPlace}/new`}>Make reports public</Link>}>A frame shows what strangers may see. First make it public, and name the pages that may show it.</EmptyState>
      )}
    </AdminPage>
  );
}
