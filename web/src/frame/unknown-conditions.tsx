import { Button } from '../components/button';
import { EmptyState } from '../components/states';
import { refusalWords } from '../lib/refusal';
import { useSiteView } from './site-view';
import { TopLine } from './top-line';

/** No part of a page can answer: one message for the page, the conditions above it to be taken off. */
export function UnknownConditions({ error }: { readonly error: unknown }) {
  const { change } = useSiteView();
  return (
    <>
      <TopLine title="No answer" />
      <EmptyState title="The server does not know these conditions" action={<Button onPress={() => change({ segment: [] })}>Remove the conditions</Button>}>
        {refusalWords(error)} The address may be old, or was changed by hand.
      </EmptyState>
    </>
  );
}
