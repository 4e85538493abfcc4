import { useEffect, useMemo, useState } from "react";
import type { Level, Run } from "@/api";
import { createPlayer, endTitle, playKeys, scrub, useAddress } from "@/features/watch/parts";
import { format, Icon, useKeys } from "@/ui";
import type { Life } from "@/wire";
import { Between } from "./Between";
import type { Half } from "./Episodes";
import { partingOf } from "./fork";
import { Multiples } from "./Multiples";
import { Side } from "./Side";
import { Timelines } from "./Timelines";

/** Both lives side by side once yours is over, and where you parted. */
export function Afterwards({ mine, rival, level, run }: { mine: Life; rival: Life; level: Level; run: Run }) {
  const [player] = useState(createPlayer);
  useEffect(() => player.run(), [player]);
  useAddress(player, mine.length >= rival.length ? mine : rival, () => 0);
  const parting = useMemo(() => partingOf(mine, rival), [mine, rival]);
  const toFork = () => ("t" in parting ? player.act((w, now) => ({ ...scrub(w, parting.t, now), playing: false })) : false);
  useKeys({ ...playKeys(player), ".": toFork });
  const half = (letter: "A" | "B", life: Life): Half => ({ letter, ref: null, level, life, problem: null, run, played: letter === "A" });
  const [a, b] = [half("A", mine), half("B", rival)];
  const by = mine.length - rival.length;
  return (
    <>
      <section className="card verdict" role="status">
        <Icon name={by > 0 ? "trophy" : "flag-checkered"} weight="fill" />
        <div>
          <b>{by > 0 ? `You outlived it by ${steps(by)}` : by < 0 ? `It outlived you by ${steps(-by)}` : "You lived exactly as long as it did"}</b>
          <span>
            You (A): {endTitle(level, mine).toLowerCase()} after {steps(mine.length)}. {run.name} (B): {endTitle(level, rival).toLowerCase()} after {steps(rival.length)}.
          </span>
        </div>
      </section>
      <div className="duo">
        <Side half={a} player={player} />
        <Between a={a} b={b} parting={parting} toFork={toFork} />
        <Side half={b} player={player} />
      </div>
      <Timelines a={a} b={b} player={player} parting={parting} />
      <Multiples a={mine} b={rival} level={level} player={player} />
    </>
  );
}

const steps = (n: number): string => `${format.count(n)} ${n === 1 ? "step" : "steps"}`;
