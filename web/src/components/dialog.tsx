import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { IconButton } from './button';
import styles from './dialog.module.css';

interface Props {
  readonly title: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
  /** A sheet rises from the lower edge of a phone; a wide one has room for a graph. */
  readonly kind?: 'dialog' | 'wide' | 'sheet';
  readonly danger?: boolean;
  /** What it shows is shown once: only a button inside ends it. */
  readonly mustAct?: boolean;
}

export function Dialog({ title, isOpen, onClose, children, kind = 'dialog', danger = false, mustAct = false }: Props) {
  return (
    <ModalOverlay
      isOpen={isOpen}
      onOpenChange={(open) => !open && onClose()}
      isDismissable={!mustAct}
      isKeyboardDismissDisabled={mustAct}
      className={`${styles.overlay} ${styles[`${kind}Overlay`]}`}
    >
      <Modal className={`${styles.modal} ${styles[kind]}`}>
        <AriaDialog className={styles.body ?? ''} role={danger ? 'alertdialog' : 'dialog'}>
          <div className={styles.head}>
            <Heading slot="title" className={styles.title ?? ''}>{title}</Heading>
            {!mustAct && (
              <IconButton label="Close" size="small" onPress={onClose}>
                <X size={16} aria-hidden />
              </IconButton>
            )}
          </div>
          {children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

/** The buttons at the foot of a dialog, the one that acts last. */
export function DialogActions({ children }: { readonly children: ReactNode }) {
  return <div className={styles.actions}>{children}</div>;
}
