import { useState, type FormEvent } from 'react';
import type { SessionSite } from '../../../api/session';
import { Button } from '../../../components/button';
import { Checkbox } from '../../../components/checkbox';
import { SearchChoice } from '../../../components/choice';
import { DialogActions } from '../../../components/dialog';
import { Field } from '../../../components/field';
import { ErrorState, Notice, Skeleton } from '../../../components/states';
import { fieldWords, formWords } from '../../../lib/refusal';
import { useCurrencies, useIsShop, useSaveSite, useSiteUrls, useTimezones } from './use-sites';
import form from '../../../components/form.module.css';

interface Props {
  /** The site to change; without it a new one is made. */
  readonly site?: SessionSite;
  readonly action: string;
  readonly onSaved: (idSite: number) => void;
  readonly onCancel?: () => void;
}

const fields = ['siteName', 'urls', 'timezone', 'currency'];
const ownZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** "example.org" is meant as an address: the scheme is added. */
function withScheme(text: string): string {
  const trimmed = text.trim();
  return trimmed === '' || /^[a-z]+:\/\//i.test(trimmed) ? trimmed : `https://${trimmed}`;
}

export function SiteForm({ site, action, onSaved, onCancel }: Props) {
  const timezones = useTimezones();
  const currencies = useCurrencies();
  const urls = useSiteUrls(site?.idsite);
  const shop = useIsShop(site?.idsite);
  const [name, setName] = useState(site?.name ?? '');
  const [url, setUrl] = useState(site?.main_url ?? '');
  const [timezone, setTimezone] = useState(site?.timezone);
  const [currency, setCurrency] = useState(site?.currency ?? 'EUR');
  const [sells, setSells] = useState<boolean>();
  const save = useSaveSite(site?.idsite);
  const failed = [timezones, currencies, urls, shop].find((query) => query.isError);
  if (failed) return <ErrorState what="The form" error={failed.error} onRetry={() => void failed.refetch()} />;
  if (!timezones.data || !currencies.data || (site && (!urls.data || shop.data === undefined))) return <Skeleton rows={4} />;

  const known = (zone: string) => timezones.data.some((group) => group.options.some((option) => option.id === zone));
  const zone = timezone ?? (known(ownZone) ? ownZone : 'UTC');
  const isShop = sells ?? shop.data ?? false;
  const problem = formWords(save.error, fields);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (save.isPending) return;
    const others = urls.data?.slice(1) ?? [];
    save.mutate({ name: name.trim(), urls: [withScheme(url), ...others], timezone: zone, currency, isShop }, { onSuccess: onSaved });
  };
  return (
    <form className={form.form} onSubmit={submit}>
      {problem && <Notice tone="danger">{problem}</Notice>}
      <Field label="Name" isRequired autoFocus value={name} onChange={setName} error={fieldWords(save.error, 'siteName')} />
      <Field label="Address" isRequired inputMode="url" placeholder="https://example.org" value={url} onChange={setUrl} error={fieldWords(save.error, 'urls')} />
      <SearchChoice label="Time zone" groups={timezones.data} value={zone} onChange={setTimezone} error={fieldWords(save.error, 'timezone')} />
      <SearchChoice label="Currency" groups={currencies.data} value={currency} onChange={setCurrency} error={fieldWords(save.error, 'currency')} />
      <Checkbox isSelected={isShop} onChange={setSells} hint="Its products are reported, by name, article number and category.">This site is a shop</Checkbox>
      <DialogActions>
        {onCancel && <Button onPress={onCancel}>Cancel</Button>}
        <Button look="primary" type="submit" isPending={save.isPending}>{save.isPending ? 'Saving…' : action}</Button>
      </DialogActions>
    </form>
  );
}
