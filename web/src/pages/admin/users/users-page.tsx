import { Plus } from 'lucide-react';
import { useState } from 'react';
import { Link } from 'wouter';
import { useAdminSites, useSession, type SessionSite } from '../../../api/session';
import { Button } from '../../../components/button';
import { EmptyState } from '../../../components/states';
import { useQueryWords, useTypedQuery } from '../../../frame/query-state';
import { AdminPage } from '../admin-page';
import { InviteUser } from './invite-user';
import type { UserFilter } from './use-users';
import { UserFilters } from './user-filters';
import { UserList } from './user-list';

const words = ['site', 'role', 'status', 'factor', 'seen'] as const;

/** What narrows the list, as the address says it. */
function useUserFilter(site: SessionSite) {
  const { superuser } = useSession();
  const [query, setQuery] = useQueryWords(words);
  const [text, setText, search] = useTypedQuery('q');
  // When and how others sign in is told to superusers alone.
  const filter: UserFilter = { idSite: site.idsite, search, access: query.role, status: query.status, factor: superuser ? query.factor : '', seen: superuser ? query.seen : '' };
  const change = ({ idSite, search: typed, access, ...rest }: Partial<UserFilter>) => {
    if (typed !== undefined) setText(typed);
    const changed = { ...rest, ...(idSite !== undefined && { site: String(idSite) }), ...(access !== undefined && { role: access }) };
    if (Object.keys(changed).length > 0) setQuery(changed);
  };
  return { filter, text, change };
}

function Users({ site }: { readonly site: SessionSite }) {
  const { superuser } = useSession();
  const { filter, text, change } = useUserFilter(site);
  const [inviting, setInviting] = useState(false);
  return (
    <AdminPage
      title="Users"
      lead={superuser ? 'Who may see which site, and what they may do there.' : 'Who may see your sites, and what they may do there.'}
      action={<Button look="primary" onPress={() => setInviting(true)}><Plus size={15} aria-hidden /> Invite a user</Button>}
    >
      <UserFilters filter={filter} text={text} onChange={change} />
      <UserList key={site.idsite} filter={filter} site={site} onAll={() => change({ search: '', access: '', status: '', factor: '', seen: '' })} />
      {inviting && <InviteUser idSite={site.idsite} onClose={() => setInviting(false)} />}
    </AdminPage>
  );
}

export default function UsersPage() {
  const sites = useAdminSites();
  const [{ site }] = useQueryWords(words);
  const chosen = sites.find((one) => String(one.idsite) === site) ?? sites[0];
  if (chosen) return <Users site={chosen} />;
  return (
    <AdminPage title="Users" lead="Who may see which site, and what they may do there.">
      <EmptyState title="There is no site yet" action={<Link href="/admin/websites/manage">Add a site</Link>}>Users are listed with their role on a site, and are invited to one.</EmptyState>
    </AdminPage>
  );
}
