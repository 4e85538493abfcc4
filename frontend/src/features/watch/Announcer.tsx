import type { Level } from "@/api";
import { useEffect, useRef, useState } from "react";
import type { Life } from "@/wire";
import { tr } from "@/words";
import { endTitle } from "./causes";
import { eventsUntil } from "./facts";
import type { Player } from "./player";
import { isOver } from "./store";
import { useWatch } from "./usePlayer";

const EVERY = 3_000;

/** For those who listen: at most one message in three seconds, merged; a death at once, and once. */
export function Announcer({ level, player }: { level: Level; player: Player }) {
  const [news, setNews] = useState("");
  const over = useWatch(player, (w) => (isOver(w) ? w.stage : null));
  const told = useRef<{ life: Life | null; t: number }>({ life: null, t: 0 });
  useEffect(() => {
    const timer = setInterval(() => {
      const { stage, t } = player.state();
      if (!stage) return;
      const same = told.current.life?.number === stage.number && told.current.t <= t;
      const from = same ? told.current.t : Math.max(0, t - 6);
      told.current = { life: stage, t };
      const fresh = eventsUntil(stage, level, t).filter((event) => event.t >= from && event.kind !== "random");
      const words = fresh.map((event) => {
        if (event.kind === "use") return event.tick >= event.of ? `Used ${event.place.title}.` : "";
        const title = level.meters.find(({ name }) => "meter" in event && name === event.meter)?.title ?? "";
        return event.kind === "critical" ? `${title} critical.` : event.kind === "low" ? `${title} low.` : "";
      });
      setNews([...new Set(words.filter(Boolean))].slice(-3).join(" "));
    }, EVERY);
    return () => clearInterval(timer);
  }, [level, player]);
  return (
    <>
      <p className="sr" aria-live="polite">
        {news}
      </p>
      <p className="sr" aria-live="assertive">
        {over?.end ? tr("{end} after {steps} steps.", { end: endTitle(level, over), steps: over.end.steps }) : ""}
      </p>
    </>
  );
}
