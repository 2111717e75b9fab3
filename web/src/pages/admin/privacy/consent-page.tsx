import { CopyCode } from '../../../components/copy-code';
import { ErrorState, Skeleton } from '../../../components/states';
import { AdminPage, SettingGroup } from '../admin-page';
import { useConsentCode } from './use-privacy';
import form from './form.module.css';
import list from '../list.module.css';

const parts = [
  { kind: 'consent', title: 'Nothing without consent', text: 'The tracking script sends nothing until the visitor agrees. What happens before that is kept in the page and sent when they do.' },
  { kind: 'cookies', title: 'No cookies without consent', text: 'Visits are counted from the beginning, without cookies. When the visitor agrees to cookies, they are recognised later.' },
  { kind: 'optOut', title: 'Counted unless they say no', text: 'Where no consent is needed: every visitor may opt out, by the form or by your own button.' },
];

function Part({ kind, title, text }: { readonly kind: string; readonly title: string; readonly text: string }) {
  const code = useConsentCode(kind);
  return (
    <SettingGroup title={title}>
      <div className={form.stack}>
        <p className={list.sub}>{text}</p>
        {code.isPending && <Skeleton rows={4} />}
        {code.isError && <ErrorState what="The code" error={code.error} onRetry={() => void code.refetch()} />}
        {code.data?.map((step) => (
          <div key={step.title} className={form.step}>
            <h3>{step.title}</h3>
            <CopyCode code={step.code} label={`${title}. ${step.title}`} />
          </div>
        ))}
      </div>
    </SettingGroup>
  );
}

export default function ConsentPage() {
  return (
    <AdminPage title="Asking for consent" lead="Three ways to respect what visitors want. Which one you need follows from the law of your country and from your settings; the page of compliance says more.">
      {parts.map((part) => <Part key={part.kind} {...part} />)}
    </AdminPage>
  );
}
