import { useState, type FormEvent, type ReactNode } from 'react';
import type { SessionSite } from '../../../api/session';
import { Button } from '../../../components/button';
import { SearchChoice } from '../../../components/choice';
import { Field } from '../../../components/field';
import { ErrorState, Notice, Skeleton } from '../../../components/states';
import { fieldWords, formWords } from '../../../lib/refusal';
import { useCurrencies, useSaveSite, useSiteUrls, useTimezones } from './use-sites';
import form from '../../../components/form.module.css';

interface Props {
  /** The site to change; without it a new one is made. */
  readonly site?: SessionSite;
  readonly action: string;
  readonly onSaved: (idSite: number) => void;
  readonly cancel?: ReactNode;
}

const fields = ['siteName', 'urls', 'timezone', 'currency'];
const ownZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** "example.org" is meant as an address: the scheme is added. */
function withScheme(text: string): string {
  const trimmed = text.trim();
  return trimmed === '' || /^[a-z]+:\/\//i.test(trimmed) ? trimmed : `https://${trimmed}`;
}

export function SiteForm({ site, action, onSaved, cancel }: Props) {
  const timezones = useTimezones();
  const currencies = useCurrencies();
  const urls = useSiteUrls(site?.idsite);
  const [name, setName] = useState(site?.name ?? '');
  const [url, setUrl] = useState(site?.main_url ?? '');
  const [timezone, setTimezone] = useState(site?.timezone);
  const [currency, setCurrency] = useState(site?.currency ?? 'EUR');
  const save = useSaveSite(site?.idsite);
  const failed = [timezones, currencies, urls].find((query) => query.isError);
  if (failed) return <ErrorState what="The form" error={failed.error} onRetry={() => void failed.refetch()} />;
  if (!timezones.data || !currencies.data || (site && !urls.data)) return <Skeleton rows={4} />;

  const known = (zone: string) => timezones.data.some((group) => group.options.some((option) => option.id === zone));
  const zone = timezone ?? (known(ownZone) ? ownZone : 'UTC');
  const problem = formWords(save.error, fields);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const others = urls.data?.slice(1) ?? [];
    save.mutate({ name: name.trim(), urls: [withScheme(url), ...others], timezone: zone, currency }, { onSuccess: onSaved });
  };
  return (
    <form className={form.form} onSubmit={submit}>
      {problem && <Notice tone="danger">{problem}</Notice>}
      <Field label="Name" isRequired autoFocus value={name} onChange={setName} error={fieldWords(save.error, 'siteName')} />
      <Field label="Address" isRequired inputMode="url" placeholder="https://example.org" value={url} onChange={setUrl} error={fieldWords(save.error, 'urls')} />
      <SearchChoice label="Time zone" groups={timezones.data} value={zone} onChange={setTimezone} error={fieldWords(save.error, 'timezone')} />
      <SearchChoice label="Currency" groups={currencies.data} value={currency} onChange={setCurrency} error={fieldWords(save.error, 'currency')} />
      <div className={form.actions}>
        <Button look="primary" type="submit" isPending={save.isPending}>{save.isPending ? 'Saving…' : action}</Button>
        {cancel}
      </div>
    </form>
  );
}
