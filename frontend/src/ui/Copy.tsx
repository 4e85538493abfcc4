import { useEffect, useState } from "react";
import { tr } from "@/words";
import { Button } from "./controls";
import { toast } from "./states";

interface Props {
  /** or what gives it at the moment of the press */
  text: string | (() => string);
  /** spoken name where no word is shown */
  label?: string;
}

/** Puts a text on the clipboard and says so. */
export function Copy({ text, label }: Props) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2000);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(typeof text === "string" ? text : text());
      setCopied(true);
    } catch {
      toast(tr("The browser does not allow copying here. Select the text instead."));
    }
  };
  const word = copied ? tr("Copied") : tr("Copy");
  return (
    <Button size="sm" kind="ghost" icon={copied ? "check" : "copy"} aria-label={label && (copied ? tr("Copied") : label)} onClick={() => void copy()}>
      {label ? undefined : word}
    </Button>
  );
}
