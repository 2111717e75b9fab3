import { Plus } from 'lucide-react';
import { useState } from 'react';
import { useSession } from '../../../api/session';
import { Button } from '../../../components/button';
import { Choice } from '../../../components/choice';
import { CopyCode } from '../../../components/copy-code';
import { Dialog } from '../../../components/dialog';
import { EmptyState, ErrorState, Skeleton } from '../../../components/states';
import { useQueryState } from '../../../frame/query-state';
import { AdminPage } from '../admin-page';
import { DimensionForm, dimensionWords } from './dimension-form';
import { useDimensions, type Dimension } from './use-dimensions';
import list from '../list.module.css';

const codeOf = (dimension: Dimension): string =>
  `_paq.push(['setCustomDimension', ${dimension.id}, 'value']); // before trackPageView`;

function DimensionRow({ dimension, mayChange, onEdit }: { readonly dimension: Dimension; readonly mayChange: boolean; readonly onEdit: () => void }) {
  const [shown, show] = useState(false);
  return (
    <li className={list.row}>
      <div className={list.main}>
        <span className={list.name}>{dimension.name}</span>
        <p className={list.sub}>{dimensionWords(dimension)}</p>
        {shown && <CopyCode code={codeOf(dimension)} label={`Code for ${dimension.name}`} />}
      </div>
      <div className={list.actions}>
        <Button look="quiet" aria-expanded={shown} aria-label={`Code for ${dimension.name}`} onPress={() => show(!shown)}>Code</Button>
        {mayChange && <Button look="quiet" onPress={onEdit} aria-label={`Edit ${dimension.name}`}>Edit</Button>}
      </div>
    </li>
  );
}

export default function DimensionsPage() {
  const { sites } = useSession();
  const [chosen, choose] = useQueryState('site', String(sites[0]?.idsite ?? ''));
  const [edited, setEdited] = useState<Dimension | 'new'>();
  const site = sites.find((one) => String(one.idsite) === chosen) ?? sites[0];
  const dimensions = useDimensions(site?.idsite ?? 0);
  const lead = 'What else a site tells of its visits and actions: the kind of customer, the author of a page. Each gets a report and can narrow all others.';
  if (!site) {
    return (
      <AdminPage title="Custom dimensions" lead={lead}>
        <EmptyState title="No site yet">Add a site first; its dimensions stand here.</EmptyState>
      </AdminPage>
    );
  }
  const mayChange = site.role === 'admin' || site.role === 'write';
  const close = () => setEdited(undefined);
  return (
    <AdminPage
      title="Custom dimensions"
      lead={lead}
      action={mayChange && <Button look="primary" onPress={() => setEdited('new')}><Plus size={15} aria-hidden /> Add a dimension</Button>}
    >
      <Choice label="Site" options={sites.map((one) => ({ id: String(one.idsite), text: one.name }))} value={String(site.idsite)} onChange={choose} />
      {dimensions.isPending ? (
        <Skeleton rows={5} />
      ) : dimensions.isError ? (
        <ErrorState what="The dimensions" error={dimensions.error} onRetry={() => void dimensions.refetch()} />
      ) : dimensions.data.length === 0 ? (
        <EmptyState title="No dimensions yet">
          {mayChange ? 'Add the first one; it stays for good, and can be switched off.' : 'Whoever may write to this site can add one.'}
        </EmptyState>
      ) : (
        <ul className={list.list}>
          {dimensions.data.map((dimension) => (
            <DimensionRow key={dimension.id} dimension={dimension} mayChange={mayChange} onEdit={() => setEdited(dimension)} />
          ))}
        </ul>
      )}
      <Dialog title={edited === 'new' ? 'Add a dimension' : `Edit ${edited?.name ?? ''}`} isOpen={edited !== undefined} onClose={close}>
        {edited && <DimensionForm idSite={site.idsite} {...(edited === 'new' ? {} : { dimension: edited })} onClose={close} />}
      </Dialog>
    </AdminPage>
  );
}
