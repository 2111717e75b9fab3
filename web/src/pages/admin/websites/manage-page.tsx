import { Plus } from 'lucide-react';
import { useState } from 'react';
import { Link } from 'wouter';
import { useRefreshSession, useSession, type SessionSite } from '../../../api/session';
import { Button } from '../../../components/button';
import { Confirm } from '../../../components/confirm';
import { Dialog } from '../../../components/dialog';
import { SearchBox } from '../../../components/field';
import { EmptyState } from '../../../components/states';
import { useTypedQuery } from '../../../frame/query-state';
import { hostOf } from '../../../lib/words';
import { AdminPage } from '../admin-page';
import { SiteForm } from './site-form';
import { useDeleteSite } from './use-sites';
import list from '../list.module.css';

function DeleteSite({ site, onClose }: { readonly site: SessionSite; readonly onClose: () => void }) {
  const remove = useDeleteSite();
  const refresh = useRefreshSession();
  return (
    <Confirm
      title={`Delete ${site.name}?`}
      onClose={onClose}
      action="Delete the site"
      danger
      isPending={remove.isPending}
      error={remove.error}
      onConfirm={() =>
        remove.mutate(site.idsite, {
          onSuccess: () => {
            void refresh();
            onClose();
          },
        })
      }
    >
      <p>Its visits and reports go with it. This cannot be undone. Take the tracking code off the site too.</p>
    </Confirm>
  );
}

interface SiteRowProps {
  readonly site: SessionSite;
  readonly mayDelete: boolean;
  readonly onEdit: () => void;
  readonly onDelete: () => void;
}

function SiteRow({ site, mayDelete, onEdit, onDelete }: SiteRowProps) {
  return (
    <li className={list.row}>
      <div className={list.main}>
        <Link href={`/sites/${site.idsite}`} className={list.name} dir="auto">{site.name}</Link>
        <p className={list.sub}>
          {hostOf(site.main_url)}, {site.timezone}, {site.currency}, number {site.idsite}
        </p>
      </div>
      <div className={list.actions}>
        {site.role === 'admin' && <Button look="quiet" onPress={onEdit}>Edit</Button>}
        <Link href={`/admin/websites/tracking-code?site=${site.idsite}`} className={list.link}>Tracking code</Link>
        {site.role === 'admin' && <Link href={`/admin/system/public-reports/new?site=${site.idsite}`} className={list.link}>Public reports</Link>}
        {mayDelete && <Button look="quiet" onPress={onDelete} aria-label={`Delete ${site.name}`}>Delete</Button>}
      </div>
    </li>
  );
}

export default function ManageSitesPage() {
  const { sites, superuser } = useSession();
  const refresh = useRefreshSession();
  const [words, setWords, settled] = useTypedQuery('q');
  const [edited, setEdited] = useState<SessionSite | 'new'>();
  const [deleted, setDeleted] = useState<SessionSite>();
  const needle = settled.toLowerCase();
  const shown = sites.filter((site) => `${site.name} ${site.main_url}`.toLowerCase().includes(needle));
  const close = () => setEdited(undefined);
  return (
    <AdminPage
      title="Manage websites"
      lead="The sites you measure. Each has its own time zone, currency and people."
      action={superuser && <Button look="primary" onPress={() => setEdited('new')}><Plus size={15} aria-hidden /> Add a site</Button>}
    >
      <SearchBox label="Find a site" value={words} onChange={setWords} main />
      {shown.length === 0 ? (
        <EmptyState title={sites.length === 0 ? 'No sites yet' : `No site with “${settled}”`}>
          {sites.length === 0 ? 'Add the first one; you get its tracking code at once.' : 'Search by name or address.'}
        </EmptyState>
      ) : (
        <ul className={list.list}>
          {shown.map((site) => (
            <SiteRow key={site.idsite} site={site} mayDelete={superuser} onEdit={() => setEdited(site)} onDelete={() => setDeleted(site)} />
          ))}
        </ul>
      )}
      <Dialog title={edited === 'new' ? 'Add a site' : `Edit ${edited?.name ?? ''}`} isOpen={edited !== undefined} onClose={close}>
        {edited && (
          <SiteForm
            {...(edited === 'new' ? {} : { site: edited })}
            action={edited === 'new' ? 'Add the site' : 'Save'}
            onCancel={close}
            onSaved={() => {
              void refresh();
              close();
            }}
          />
        )}
      </Dialog>
      {deleted && <DeleteSite site={deleted} onClose={() => setDeleted(undefined)} />}
    </AdminPage>
  );
}
