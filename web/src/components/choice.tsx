import { Check, ChevronsUpDown } from 'lucide-react';
import {
  Button,
  ComboBox,
  FieldError,
  Group,
  Header,
  Input,
  Label,
  ListBox,
  ListBoxItem,
  ListBoxSection,
  Popover,
  Select,
  SelectValue,
  type Key,
} from 'react-aria-components';
import { validityWords } from '../lib/validity';
import field from './field.module.css';
import styles from './choice.module.css';

interface Option {
  readonly id: string;
  readonly text: string;
}

export interface OptionGroup {
  readonly name: string;
  readonly options: readonly Option[];
}

function Item({ option }: { readonly option: Option }) {
  return (
    <ListBoxItem id={option.id} textValue={option.text} className={styles.option ?? ''}>
      <span className={styles.optionText}>{option.text}</span>
      <Check size={14} aria-hidden className={styles.check} />
    </ListBoxItem>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly options: readonly Option[];
  /** Null until something is chosen. */
  readonly value: string | null;
  readonly placeholder?: string;
  readonly onChange: (id: string) => void;
  /** Hides the label from sight where the place says it already. */
  readonly bare?: boolean;
  readonly isDisabled?: boolean;
}

export function Choice({ label, options, value, placeholder, onChange, bare = false, isDisabled = false }: ChoiceProps) {
  return (
    <Select
      value={value}
      {...(placeholder === undefined ? {} : { placeholder })}
      onChange={(key: Key | null) => key !== null && onChange(String(key))}
      isDisabled={isDisabled}
      className={bare ? (styles.bare ?? '') : (field.field ?? '')}
      {...(bare ? { 'aria-label': label } : {})}
    >
      {!bare && <Label className={field.label ?? ''}>{label}</Label>}
      <Button className={styles.button ?? ''}>
        <SelectValue className={styles.value ?? ''} />
        <ChevronsUpDown size={14} aria-hidden />
      </Button>
      <Popover className={styles.popover ?? ''}>
        <ListBox items={options} className={styles.list ?? ''}>
          {(option) => <Item option={option} />}
        </ListBox>
      </Popover>
    </Select>
  );
}

interface SearchChoiceProps {
  readonly label: string;
  readonly groups: readonly OptionGroup[];
  readonly value: string;
  readonly onChange: (id: string) => void;
  readonly error?: string | undefined;
}

/** A long list in groups, found by typing. */
export function SearchChoice({ label, groups, value, onChange, error }: SearchChoiceProps) {
  return (
    <ComboBox
      value={value}
      onChange={(key: Key | null) => key !== null && onChange(String(key))}
      isInvalid={error !== undefined || undefined}
      validationBehavior={error === undefined ? 'native' : 'aria'}
      defaultItems={groups}
      className={field.field ?? ''}
      menuTrigger="focus"
    >
      <Label className={field.label ?? ''}>{label}</Label>
      <Group className={field.group ?? ''}>
        <Input className={field.bare ?? ''} />
        <Button className={field.inside ?? ''}>
          <ChevronsUpDown size={14} aria-hidden />
        </Button>
      </Group>
      <FieldError className={field.error ?? ''}>{(found) => error ?? validityWords(found)}</FieldError>
      <Popover className={styles.popover ?? ''}>
        <ListBox<OptionGroup> className={styles.list ?? ''}>
          {(group) => (
            <ListBoxSection id={`group:${group.name}`}>
              <Header className={styles.header ?? ''}>{group.name}</Header>
              {group.options.map((option) => (
                <Item key={option.id} option={option} />
              ))}
            </ListBoxSection>
          )}
        </ListBox>
      </Popover>
    </ComboBox>
  );
}
