import { Plus, X } from 'lucide-react';
import { Fragment, useState } from 'react';
import { Button, Dialog, DialogTrigger, Popover } from 'react-aria-components';
import { conditionWords, type ConditionWords } from '../lib/segment';
import { rememberedName } from '../lib/value-names';
import { SavedSegments } from './saved-segments';
import { SegmentEditor } from './segment-editor';
import { useSiteView } from './site-view';
import choice from '../components/choice.module.css';
import styles from './segment-bar.module.css';

/** What was pressed has a name of its own, for all its alternatives. */
function wordsOf(text: string): readonly ConditionWords[] {
  const words = conditionWords(text);
  const name = rememberedName(text);
  return name === undefined ? words : words.slice(0, 1).map((first) => ({ ...first, value: name }));
}

function Chip({ text, onRemove }: { readonly text: string; readonly onRemove: () => void }) {
  const alternatives = wordsOf(text);
  const whole = alternatives.map(({ name, sign, value }) => `${name} ${sign} ${value}`).join(' or ');
  return (
    <li className={styles.chip}>
      <span className={styles.words} title={whole}>
        {alternatives.map(({ name, sign, value }, at) => <Fragment key={at}>{at > 0 && ' or '}{name} {sign} <strong><bdi>{value}</bdi></strong></Fragment>)}
      </span>
      <Button className={styles.remove ?? ''} aria-label={`Remove: ${whole}`} onPress={onRemove}>
        <X size={13} aria-hidden />
      </Button>
    </li>
  );
}

/** The conditions every number on the screen obeys, as patches that can be taken off. */
export function SegmentBar() {
  const { view, change } = useSiteView();
  const [open, setOpen] = useState(false);
  const { segment } = view;
  return (
    <div className={styles.bar}>
      <ul className={styles.chips} aria-label="Segment">
        {segment.length === 0 && <li className={styles.all}>All visits</li>}
        {segment.map((text, at) => (
          <Chip key={text} text={text} onRemove={() => change({ segment: segment.toSpliced(at, 1) })} />
        ))}
      </ul>
      <DialogTrigger isOpen={open} onOpenChange={setOpen}>
        <Button className={styles.add ?? ''} data-main-segment>
          <Plus size={14} aria-hidden />
          {segment.length === 0 ? 'Narrow down' : 'And'}
        </Button>
        <Popover className={`${choice.popover} ${styles.popover}`} placement="bottom start">
          <Dialog aria-label="Add a condition" className={styles.dialog ?? ''}>
            <SegmentEditor
              onAdd={(condition) => {
                change({ segment: [...segment.filter((one) => one !== condition), condition] });
                setOpen(false);
              }}
            />
          </Dialog>
        </Popover>
      </DialogTrigger>
      {segment.length > 1 && (
        <Button className={styles.add ?? ''} onPress={() => change({ segment: [] })}>
          Remove all
        </Button>
      )}
      <SavedSegments />
    </div>
  );
}
