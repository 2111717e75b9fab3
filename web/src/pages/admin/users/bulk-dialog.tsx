import { useState } from 'react';
import { useAdminSites, useSession } from '../../../api/session';
import { Button } from '../../../components/button';
import { Choice } from '../../../components/choice';
import { Dialog, DialogActions } from '../../../components/dialog';
import { ErrorState, Notice, Skeleton } from '../../../components/states';
import { refusalWords } from '../../../lib/refusal';
import { counted } from '../../../lib/words';
import { roles, roleWords, usePreview, useSetBulk, type BulkPreview, type SitesAsked } from './use-users';
import form from '../../../components/form.module.css';
import styles from './users-page.module.css';

const everywhere = 'all';

function Preview({ preview }: { readonly preview: BulkPreview }) {
  return (
    <>
      {preview.superusers.length > 0 && <Notice tone="warn">{preview.superusers.join(', ')} may do everything already and keep that.</Notice>}
      {preview.changes.length === 0 ? (
        <Notice>Nothing would change: they have this role already.</Notice>
      ) : (
        <ul className={styles.changes} aria-label="What will change">
          {preview.changes.map((change) => (
            <li key={`${change.login} ${change.site}`}>
              <span>{change.login}, {change.site}</span>
              <span>{roleWords(change.before)} → <strong>{roleWords(change.after)}</strong></span>
            </li>
          ))}
        </ul>
      )}
      {preview.changes.length > 0 && preview.unchanged > 0 && <p>{counted(preview.unchanged, 'role stays', 'roles stay')} as they are.</p>}
    </>
  );
}

interface Props {
  readonly logins: readonly string[];
  readonly idSite: number;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

/** A role for several users at once: what will change is shown line by line, and exactly that is done. */
export function BulkDialog({ logins, idSite, onClose, onDone }: Props) {
  const { superuser } = useSession();
  const sites = useAdminSites();
  const [site, setSite] = useState(String(idSite));
  const [role, setRole] = useState('view');
  const chosen: SitesAsked = site === everywhere ? everywhere : [Number(site)];
  const preview = usePreview(logins, role, chosen);
  const set = useSetBulk();
  const problem = refusalWords(set.error);
  const apply = () => {
    if (preview.data) set.mutate({ logins, access: role, sites: chosen, hash: preview.data.hash }, { onSuccess: onDone, onError: () => void preview.refetch() });
  };
  return (
    <Dialog title={`Set the role of ${counted(logins.length, 'user')}`} isOpen onClose={onClose}>
      <div className={form.form}>
        <Choice label="Role" options={roles} value={role} onChange={setRole} />
        <Choice label="On" options={[...sites.map((one) => ({ id: String(one.idsite), text: one.name })), { id: everywhere, text: superuser ? 'All sites' : 'All sites that you administer' }]} value={site} onChange={setSite} />
        {preview.isPending && <Skeleton rows={3} />}
        {preview.isError && <ErrorState what="The preview" error={preview.error} onRetry={() => void preview.refetch()} />}
        {preview.data && <Preview preview={preview.data} />}
        {problem && <Notice tone="danger">{problem}</Notice>}
        <DialogActions>
          <Button onPress={onClose}>Cancel</Button>
          <Button look="primary" isPending={set.isPending} isDisabled={!preview.data || preview.data.changes.length === 0} onPress={apply}>
            {set.isPending ? 'One moment…' : `Change ${counted(preview.data?.changes.length ?? 0, 'role')}`}
          </Button>
        </DialogActions>
      </div>
    </Dialog>
  );
}
