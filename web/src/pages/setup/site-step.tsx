import { useRefreshSession } from '../../api/session';
import { SiteForm } from '../admin/websites/site-form';

/** The first site; the session is asked for again so that it is known everywhere. */
export function SiteStep({ onCreated }: { readonly onCreated: (idSite: number) => void }) {
  const refresh = useRefreshSession();
  return (
    <SiteForm
      action="Create the site"
      onSaved={(idSite) => {
        void refresh();
        onCreated(idSite);
      }}
    />
  );
}
