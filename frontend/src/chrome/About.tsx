import { lazy, Suspense, useState } from "react";
import type { Run } from "@/api";
import { Button } from "@/ui";
import { tr } from "@/words";

const AboutDialog = lazy(async () => ({ default: (await import("./AboutDialog")).AboutDialog }));

/** A press opens what people wrote on the run, and what those who steer it may do with it. */
export function AboutButton({ run, label = tr("About this run"), size }: { run: Run; label?: string; size?: "sm" }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button kind="ghost" size={size} icon="info" aria-label={label} title={tr("Name, notes, tags; clone, fork")} aria-haspopup="dialog" onClick={() => setOpen(true)} />
      <About run={run} open={open} onClose={() => setOpen(false)} />
    </>
  );
}

interface Props {
  run: Run;
  open: boolean;
  onClose: () => void;
}

/** The dialog is fetched when it is first opened. */
export function About({ open, ...about }: Props) {
  return (
    open && (
      <Suspense fallback={null}>
        <AboutDialog {...about} />
      </Suspense>
    )
  );
}
