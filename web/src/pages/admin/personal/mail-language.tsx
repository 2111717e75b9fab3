import { useMutation, useQuery } from '@tanstack/react-query';
import { languagesManagerGetAvailableLanguageNames, languagesManagerSetLanguageForUser } from '../../../api/generated';
import { useRefreshSession, useSession } from '../../../api/session';
import { Choice } from '../../../components/choice';
import { Notice } from '../../../components/states';
import { refusalWords } from '../../../lib/refusal';
import { listOf } from '../../../lib/rows';
import form from '../../../components/form.module.css';

/** In which language mails come; saved at once. */
export function MailLanguage() {
  const { login, language } = useSession();
  const refresh = useRefreshSession();
  const languages = useQuery({
    queryKey: ['languages'],
    queryFn: async ({ signal }) => {
      const answer = await languagesManagerGetAvailableLanguageNames({}, signal);
      return listOf(answer).map((row) => ({ id: String(row.code), text: String(row.name) }));
    },
    staleTime: Infinity,
  });
  const set = useMutation({ mutationFn: (languageCode: string) => languagesManagerSetLanguageForUser({ login, languageCode }), onSuccess: refresh });
  const problem = refusalWords(set.error ?? languages.error);
  return (
    <div className={form.form}>
      {problem && <Notice tone="danger">{problem}</Notice>}
      <Choice label="Language of mails" bare options={languages.data ?? []} value={languages.data ? (set.isPending ? set.variables : language) : null} isDisabled={set.isPending} onChange={(code) => set.mutate(code)} />
    </div>
  );
}
