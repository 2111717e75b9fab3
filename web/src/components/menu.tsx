import { Check } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
import { Menu as AriaMenu, MenuItem, MenuTrigger, Popover, type Key } from 'react-aria-components';
import choice from './choice.module.css';
import styles from './menu.module.css';

export interface MenuEntry {
  readonly id: string;
  readonly text: string;
  readonly note?: string;
  readonly icon?: ReactNode;
  /** A download: the browser saves the answer of this address. */
  readonly download?: { readonly href: string; readonly name: string };
  readonly danger?: boolean;
}

interface Props {
  readonly label: string;
  readonly trigger: ReactElement;
  readonly entries: readonly MenuEntry[];
  readonly onAction?: (id: string) => void;
  /** With it the menu is a choice of one or several, marked by ticks. */
  readonly selected?: ReadonlySet<string>;
  readonly onSelect?: (ids: ReadonlySet<string>) => void;
  readonly mode?: 'none' | 'single' | 'multiple';
}

export function Menu({ label, trigger, entries, onAction, selected, onSelect, mode = 'none' }: Props) {
  return (
    <MenuTrigger>
      {trigger}
      <Popover className={choice.popover ?? ''} placement="bottom end">
        <AriaMenu
          aria-label={label}
          className={choice.list ?? ''}
          selectionMode={mode}
          onAction={(key: Key) => onAction?.(String(key))}
          {...(selected ? { selectedKeys: selected as Iterable<Key> } : {})}
          onSelectionChange={(keys) => keys !== 'all' && onSelect?.(new Set([...keys].map(String)))}
        >
          {entries.map((entry) => (
            <MenuItem
              key={entry.id}
              id={entry.id}
              textValue={entry.text}
              className={`${choice.option} ${styles.entry} ${entry.danger ? styles.danger : ''}`}
              {...(entry.download ? { href: entry.download.href, download: entry.download.name } : {})}
            >
              <span className={styles.text}>
                {entry.icon}
                {entry.text}
                {entry.note && <span className={styles.note}>{entry.note}</span>}
              </span>
              {mode !== 'none' && <Check size={14} aria-hidden className={choice.check} />}
            </MenuItem>
          ))}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}
