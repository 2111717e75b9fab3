import { useAdminSites, useSession } from '../../../api/session';
import { Choice } from '../../../components/choice';
import { SearchBox } from '../../../components/field';
import type { UserFilter } from './use-users';
import styles from './users-page.module.css';

const accesses = [
  { id: '', text: 'Any role' },
  { id: 'some', text: 'At least view' },
  { id: 'noaccess', text: 'No access' },
  { id: 'view', text: 'View' },
  { id: 'write', text: 'Write' },
  { id: 'admin', text: 'Admin' },
  { id: 'superuser', text: 'Superuser' },
] as const;

const statuses = [
  { id: '', text: 'Any status' },
  { id: 'active', text: 'Active' },
  { id: 'pending', text: 'Invited' },
  { id: 'expired', text: 'Invitation expired' },
  { id: 'suspended', text: 'Suspended' },
  { id: 'blocked', text: 'Domain not allowed' },
] as const;

const factors = [
  { id: '', text: 'With or without' },
  { id: 'with', text: 'With one' },
  { id: 'without', text: 'Without one' },
] as const;

const seen = [
  { id: '', text: 'At any time' },
  { id: '30', text: 'Not for 30 days' },
  { id: '90', text: 'Not for 90 days' },
  { id: '180', text: 'Not for 180 days' },
  { id: 'never', text: 'Never' },
] as const;

/** A link, as that of a mail, may ask for another number of days. */
const seenOptions = (value: string) => (seen.some((one) => one.id === value) ? seen : [...seen, { id: value, text: `Not for ${value} days` }]);

interface Props {
  readonly filter: UserFilter;
  /** The search as it is being typed. */
  readonly text: string;
  readonly onChange: (change: Partial<UserFilter>) => void;
}

export function UserFilters({ filter, text, onChange }: Props) {
  const { superuser } = useSession();
  const sites = useAdminSites();
  return (
    <div className={styles.filters}>
      <div className={styles.wide}><SearchBox main label="Search by login or e-mail" value={text} onChange={(search) => onChange({ search })} /></div>
      <Choice label="Roles on" options={sites.map((site) => ({ id: String(site.idsite), text: site.name }))} value={String(filter.idSite)} onChange={(id) => onChange({ idSite: Number(id) })} />
      <Choice label="Role" options={accesses} value={filter.access} onChange={(access) => onChange({ access })} />
      <Choice label="Status" options={statuses} value={filter.status} onChange={(status) => onChange({ status })} />
      {superuser && <Choice label="Second factor" options={factors} value={filter.factor} onChange={(factor) => onChange({ factor })} />}
      {superuser && <Choice label="Seen" options={seenOptions(filter.seen)} value={filter.seen} onChange={(value) => onChange({ seen: value })} />}
    </div>
  );
}
