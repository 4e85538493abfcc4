import { useEffect, useState } from "react";
import { format, Icon } from "@/ui";
import { tr } from "@/words";

/** The time now, told anew every few seconds while someone wants it. */
export function useClock(wanted: boolean): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (!wanted) return;
    const timer = setInterval(() => setNow(Date.now()), 5_000);
    return () => clearInterval(timer);
  }, [wanted]);
  return now;
}

/** When the lesson ends, and its runs with it; nothing where it has no end. */
export function Bell({ at, className = "" }: { at: string | null | undefined; className?: string }) {
  const now = useClock(!!at);
  if (!at) return null;
  const left = (Date.parse(at) - now) / 1_000;
  return (
    <span className={`chip lg ${className}`} title={tr("Runs of the class stop in time for the end of its lesson, each with its model")}>
      <Icon name="bell" />
      {left > 0 ? tr("Bell {time}, in {left}", { time: format.clock(at), left: format.duration(left) }) : tr("The lesson has ended")}
    </span>
  );
}
