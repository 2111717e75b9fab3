import { Link } from 'wouter';
import { EmptyState } from '../components/states';
import { useTitle } from '../lib/screen';

export function NotFound() {
  useTitle('Not found');
  return (
    <>
      <h1 className="hidden-text">Not found</h1>
      <EmptyState title="There is no such page" action={<Link href="/">To your sites</Link>}>
        The address may be old or mistyped, or your account may not see this site.
      </EmptyState>
    </>
  );
}
