import { useSession } from '../../../api/session';
import { Choice } from '../../../components/choice';
import { useQueryState } from '../../../frame/query-state';

/** Which site is meant; 0 for the installation and every site without values of its own. */
export function useScope(): [number, (id: string) => void] {
  const [site, setSite] = useQueryState('site', '0');
  return [Number(site) || 0, setSite];
}

export function ScopeChoice({ value, onChange }: { readonly value: number; readonly onChange: (id: string) => void }) {
  const { sites } = useSession();
  const options = [{ id: '0', text: 'The whole installation' }, ...sites.map((site) => ({ id: String(site.idsite), text: site.name }))];
  return <Choice label="What holds for" options={options} value={String(value)} onChange={onChange} />;
}
