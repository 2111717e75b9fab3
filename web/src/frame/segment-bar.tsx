import { Plus, X } from 'lucide-react';
import { useState } from 'react';
import { Button, Dialog, DialogTrigger, Popover } from 'react-aria-components';
import { useSiteView } from '../lib/site-view';
import { conditionName, operators, readCondition, valueWords } from '../lib/segment';
import { rememberedName } from '../lib/value-names';
import { SavedSegments } from './saved-segments';
import { SegmentEditor } from './segment-editor';
import choice from '../components/choice.module.css';
import styles from './segment-bar.module.css';

function wordsOf(text: string): { name: string; sign: string; value: string } {
  const condition = readCondition(text);
  if (!condition) return { name: 'Condition', sign: '', value: text };
  const operator = operators.find((one) => one.sign === condition.sign);
  return {
    name: conditionName(condition.name),
    sign: operator?.text ?? operator?.metric ?? condition.sign,
    value: rememberedName(text) ?? valueWords(condition),
  };
}

function Chip({ text, onRemove }: { readonly text: string; readonly onRemove: () => void }) {
  const { name, sign, value } = wordsOf(text);
  return (
    <li className={styles.chip}>
      <span className={styles.words} title={text}>
        {name} {sign} <strong>{value}</strong>
      </span>
      <Button className={styles.remove ?? ''} aria-label={`Remove: ${name} ${sign} ${value}`} onPress={onRemove}>
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
