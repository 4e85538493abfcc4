import { useEffect, useRef } from "react";
import type { ReactNode } from "react";

interface SheetProps {
  open: boolean;
  title: string;
  onClose: () => void;
  children: ReactNode;
  wide?: boolean;
  /** as wide as the window, up to a page */
  huge?: boolean;
}

/** A sheet that comes up from below on a phone and floats elsewhere. Escape or a press beside it closes it. */
export function Sheet({ open, title, onClose, children, wide, huge }: SheetProps) {
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = element.current;
    if (!dialog) return;
    if (open && !dialog.open) dialog.showModal();
    if (!open && dialog.open) dialog.close();
  }, [open]);
  return (
    <dialog
      className={huge ? "sheet huge" : wide ? "sheet wide" : "sheet"}
      ref={element}
      aria-label={title}
      onClose={onClose}
      onClick={(event) => event.target === element.current && onClose()}
    >
      {open && children}
    </dialog>
  );
}
