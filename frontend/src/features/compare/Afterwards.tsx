import { useEffect, useMemo, useState } from "react";
import type { Level, Run } from "@/api";
import { createPlayer, endTitle, playKeys, scrub, useAddress } from "@/features/watch/parts";
import { Icon, useKeys } from "@/ui";
import type { Life } from "@/wire";
import { inner, tr } from "@/words";
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
          <b>{by > 0 ? tr("You outlived it by {by}", { by: steps(by) }) : by < 0 ? tr("It outlived you by {by}", { by: steps(-by) }) : tr("You lived exactly as long as it did")}</b>
          <span>
            {tr("You (A): {yours} after {mine}. {run} (B): {its} after {rival}.", { yours: inner(endTitle(level, mine)), mine: steps(mine.length), run: run.name, its: inner(endTitle(level, rival)), rival: steps(rival.length) })}
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

const steps = (n: number): string => tr("{n} step|{n} steps", { n });
