import { useQueryClient } from '@tanstack/react-query';
import { Button } from './button';
import styles from './not-compared.module.css';

/** Says why nothing is compared when the other side did not come. Asking again asks for all that failed. */
export function NotCompared({ before }: { readonly before: { readonly isError: boolean } }) {
  const client = useQueryClient();
  if (!before.isError) return null;
  const again = () => client.refetchQueries({ type: 'active', predicate: (query) => query.state.status === 'error' });
  return (
    <p className={styles.words} role="status">
      Nothing is compared: the period before could not be loaded.
      <Button look="quiet" onPress={() => void again()}>Try again</Button>
    </p>
  );
}
