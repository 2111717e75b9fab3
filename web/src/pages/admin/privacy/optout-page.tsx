import { useState } from 'react';
import { Checkbox } from '../../../components/checkbox';
import { Choice } from '../../../components/choice';
import { CopyCode } from '../../../components/copy-code';
import { Field } from '../../../components/field';
import { ErrorState, Notice, Skeleton } from '../../../components/states';
import { refusalWords } from '../../../lib/refusal';
import { AdminPage, SettingGroup } from '../admin-page';
import { useOptOutCode, type Way } from './use-privacy';
import form from './form.module.css';

const ways = [
  { id: 'own', text: 'Code that needs nothing from this server' },
  { id: 'script', text: 'A script of this server' },
  { id: 'frame', text: 'A frame with a page of this server' },
] as const;

const words: Readonly<Record<Way, string>> = {
  own: 'The best choice: it works with every cookie of other sites blocked, and also where this server is away.',
  script: 'As above, and later changes of words reach your pages by themselves.',
  frame: 'For pages that allow no scripts. The choice is kept for each website by itself; some browsers keep none, and the form says so.',
};

const languages = [
  { id: 'auto', text: "That of the visitor's browser" },
  { id: 'en', text: 'English' },
  { id: 'de', text: 'Deutsch' },
];

export default function OptOutPage() {
  const [way, setWay] = useState<Way>('own');
  const [look, setLook] = useState<Readonly<Record<string, string>>>({ language: 'auto', showIntro: '1', applyStyling: '1' });
  const code = useOptOutCode(way, look);
  const put = (name: string) => (value: string) => setLook({ ...look, [name]: value });
  const flag = (name: string) => (on: boolean) => setLook({ ...look, [name]: on ? '1' : '0' });
  const problem = refusalWords(code.error);
  return (
    <AdminPage title="Users opt-out" lead="A form by which visitors say that they do not want to be counted. Put it on your privacy page.">
      <Choice label="Way" options={ways} value={way} onChange={(id) => setWay(id as Way)} />
      <Notice>{words[way]}</Notice>
      <SettingGroup title="Look">
        <div className={form.stack}>
        <Choice label="Language" options={languages} value={look.language ?? 'auto'} onChange={put('language')} />
        <Checkbox isSelected={look.showIntro === '1'} onChange={flag('showIntro')}>With the sentence that explains</Checkbox>
        <Checkbox isSelected={look.applyStyling === '1'} onChange={flag('applyStyling')}>With colours and fonts of its own</Checkbox>
        {look.applyStyling === '1' && (
          <>
            <Field label="Background" isCode value={look.backgroundColor ?? ''} onChange={put('backgroundColor')} placeholder="FFFFFF" />
            <Field label="Text colour" isCode value={look.fontColor ?? ''} onChange={put('fontColor')} placeholder="212121" />
            <Field label="Text size" isCode value={look.fontSize ?? ''} onChange={put('fontSize')} placeholder="16px" />
            <Field label="Fonts" isCode value={look.fontFamily ?? ''} onChange={put('fontFamily')} placeholder="Arial, sans-serif" />
          </>
        )}
        </div>
      </SettingGroup>
      <SettingGroup title="Code">
        <div className={form.stack}>{problem ? <Notice tone="danger">{problem}</Notice> : code.isPending ? <Skeleton rows={6} /> : code.isError ? <ErrorState what="The code" error={code.error} /> : <CopyCode code={code.data} label="Code of the form" />}</div>
      </SettingGroup>
    </AdminPage>
  );
}
