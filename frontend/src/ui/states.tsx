import { useEffect, useRef, useState } from "react";
import type { ReactNode } from "react";
import { create } from "zustand";
import { foreign, tr } from "@/words";
import { Button } from "./controls";
import { Icon } from "./Icon";

/** Grey in the final geometry, so nothing jumps when the data comes. */
export function Skeleton({ height, width, radius }: { height: number | string; width?: number | string; radius?: number }) {
  return <span className="sk" style={{ height, width, borderRadius: radius }} aria-hidden="true" />;
}

/** True once `ms` have passed: a wait shorter than 300 ms shows nothing at all. */
export function useLate(ms = 300): boolean {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), ms);
    return () => clearTimeout(timer);
  }, [ms]);
  return late;
}

/** Children only when the wait is long enough to be seen, with the word for those who listen. */
export function Waiting({ children }: { children: ReactNode }) {
  return useLate() ? (
    <div aria-busy="true">
      <span className="sr" role="status">
        {tr("Loading")}
      </span>
      {children}
    </div>
  ) : null;
}

interface EmptyProps {
  title: string;
  children?: ReactNode;
  picture?: ReactNode;
  action?: ReactNode;
  level?: 1 | 2;
}

/** Nothing here, and the one thing to do about it. */
export function Empty({ title, children, picture, action, level = 2 }: EmptyProps) {
  const Heading = level === 1 ? "h1" : "h2";
  return (
    <div className="mid">
      {picture}
      <Heading>{title}</Heading>
      {children && <p lang={foreign(children)}>{children}</p>}
      {action}
    </div>
  );
}

const STRIP = { warn: ["", "warning"], bad: ["bad", "warning"], good: ["good", "flag-checkered"] } as const;

interface StripProps {
  kind: keyof typeof STRIP;
  children: ReactNode;
  icon?: string;
  action?: ReactNode;
}

/** A line across a card or page: what happened, and the next press. */
export function Strip({ kind, children, icon, action }: StripProps) {
  const [name, symbol] = STRIP[kind];
  return (
    <div className={`ban ${name}`} role={kind === "bad" ? "alert" : "status"}>
      <Icon name={icon ?? symbol} weight={icon ? "regular" : "fill"} />
      <span lang={foreign(children)}>{children}</span>
      {action && <span className="act">{action}</span>}
    </div>
  );
}

interface Toast {
  id: number;
  text: string;
  action?: { label: string; run: () => void };
}

const useToasts = create<{ toasts: Toast[] }>(() => ({ toasts: [] }));
const dismiss = (id: number) => useToasts.setState(({ toasts }) => ({ toasts: toasts.filter((toast) => toast.id !== id) }));
let count = 0;

/** A short note at the bottom; it goes by itself after six seconds. */
export function toast(text: string, action?: Toast["action"]): void {
  const id = ++count;
  useToasts.setState(({ toasts }) => ({ toasts: [...toasts.slice(-2), { id, text, action }] }));
  setTimeout(() => dismiss(id), 6000);
}

export function Toasts() {
  const toasts = useToasts((state) => state.toasts);
  return (
    <div className="toasts" role="status">
      {toasts.map(({ id, text, action }) => (
        <div className="toast" key={id}>
          <span lang={foreign(text)}>{text}</span>
          {action && (
            <Button size="sm" kind="primary" onClick={() => { action.run(); dismiss(id); }}>
              {action.label}
            </Button>
          )}
          <Button size="sm" kind="ghost" icon="x" aria-label={tr("Close")} onClick={() => dismiss(id)} />
        </div>
      ))}
    </div>
  );
}

interface DialogProps {
  open: boolean;
  title: string;
  onClose: () => void;
  children: ReactNode;
  actions: ReactNode;
}

/** A question that must be answered first. The browser's own dialog keeps the focus inside and closes on Escape. */
export function Dialog({ open, title, onClose, children, actions }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = element.current;
    if (!dialog) return;
    if (open && !dialog.open) dialog.showModal();
    if (!open && dialog.open) dialog.close();
  }, [open]);
  return (
    <dialog className="dlg" ref={element} aria-label={title} onClose={onClose}>
      <h2>{title}</h2>
      {children}
      <div className="acts">{actions}</div>
    </dialog>
  );
}
