import { Globe, MailWarning } from 'lucide-react';
import { Link, useLocation } from 'wouter';
import { Notice } from '../components/states';
import { counted } from '../lib/words';
import { bannerWords } from './model';
import { useBanner, useMayCare, usePublicState } from './use-public-reports';

/** The page of public reports, on which everything of them is done. */
export const publicPlace = '/admin/system/public-reports';

/** While mails do not arrive nobody would be told of a change: this stays until they do. */
function MailBanner() {
  const state = usePublicState();
  const [path] = useLocation();
  // The page itself says more about it.
  if (path === publicPlace) return null;
  if (!state.data || (state.data.mailWorks && state.data.alertsFailed === 0)) return null;
  const { alertsFailed, mailWorks } = state.data;
  // Where nothing may be public the page itself says that mail is needed.
  if (state.data.switch !== 'on' && alertsFailed === 0) return null;
  return (
    <Notice tone="danger">
      <MailWarning size={16} aria-hidden />
      <span>
        {mailWorks ? `${counted(alertsFailed, 'alert')} about public reports could not be delivered.` : 'Mail does not work: nobody is told when public reports change.'}{' '}
        <Link href="/admin/system/general-settings?q=mail">Look at the mail settings</Link>
      </span>
    </Notice>
  );
}

/** For everybody who may see a site of which something is public. */
export function PublicBanner({ idSite }: { readonly idSite?: number | undefined }) {
  const banner = useBanner();
  const mayCare = useMayCare();
  const lines = (banner.data ?? []).filter((line) => idSite === undefined || line.idSite === idSite);
  return (
    <>
      {mayCare && <MailBanner />}
      {lines.length > 0 && (
        <Notice tone="warn">
          <Globe size={16} aria-hidden />
          <span>
            {bannerWords(lines, Date.now())} {mayCare && <Link href={publicPlace}>Look at it</Link>}
          </span>
        </Notice>
      )}
    </>
  );
}
