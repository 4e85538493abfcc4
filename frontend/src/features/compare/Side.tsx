import { useEffect, useMemo, useRef } from "react";
import { Board, sentence } from "@/board";
import type { SceneSource } from "@/board";
import { actionIcon, dayOf, sceneOf, SIGN, useMedia, useWatch } from "@/features/watch/parts";
import type { Player } from "@/features/watch/parts";
import { townOf } from "@/level";
import type { Level } from "@/api";
import { Empty, Icon, Skeleton, Waiting } from "@/ui";
import { lastMoment, momentOf, pageNow } from "@/wire";
import type { Life } from "@/wire";
import { tr } from "@/words";
import type { Half } from "./Episodes";
import { sideOf } from "./sideOf";

const OVERLAYS = { trail: true, field: null } as const;

export function Side({ half, player }: { half: Half; player: Player }) {
  const { letter, life, level, problem } = half;
  return (
    <section className="card half" aria-label={tr("World of {letter}", { letter })}>
      {life && level ? (
        <Lived life={life} level={level} player={player} played={half.played ?? false} />
      ) : problem ? (
        <Empty title={tr("No life here")}>{problem}</Empty>
      ) : half.ref ? (
        <Waiting>
          <Skeleton height="100%" radius={10} />
        </Waiting>
      ) : (
        <Empty title={tr("Choose life {letter}", { letter })} />
      )}
    </section>
  );
}

function Lived({ life, level, player, played }: { life: Life; level: Level; player: Player; played: boolean }) {
  const town = useMemo(() => townOf(level), [level]);
  const still = useMedia("(prefers-reduced-motion: reduce)");
  const small = useMedia("(max-width: 640px)");
  const calm = useRef(still);
  useEffect(() => {
    calm.current = still;
    player.redraw();
  }, [still, player]);
  const source = useMemo(
    (): SceneSource => ({
      subscribe: player.onDraw,
      scene: () => sceneOf(sideOf(player.state(), life), level, town, OVERLAYS, pageNow(), calm.current),
    }),
    [player, life, level, town],
  );
  const t = Math.min(useWatch(player, (w) => w.t), lastMoment(life));
  const { choice, hour } = momentOf(life, t);
  const action = choice && level.actions[choice.action]!;
  const scene = sceneOf(sideOf(player.state(), life), level, town, { trail: false, field: null }, 0, true);
  return (
    <>
      <p className="say">
        {action ? (
          <>
            <span className="ic" data-random={choice.random || undefined}>
              <Icon name={actionIcon(action)} weight="fill" />
            </span>
            {action.name}
            <em>{played ? (choice.action === choice.greedy ? tr("as the mind would") : tr("the mind would {action}", { action: level.actions[choice.greedy]!.name })) : choice.random ? tr("rolled the dice") : tr("greedy")}</em>
          </>
        ) : (
          <>
            <span className="ic over">
              <Icon name={SIGN[life.end?.cause ?? "cut"]} weight="fill" />
            </span>
            {tr("ended at step {step}", { step: life.length })}
          </>
        )}
        {level.temporal && (
          <small className="when">
            {tr("{hour}:00, day {day}", { hour: String(hour).padStart(2, "0"), day: dayOf(life, t, level.hours_per_day) })}
          </small>
        )}
      </p>
      <Board town={town} source={source} label={scene ? sentence(scene, action?.name ?? null) : ""} labels={small ? "none" : undefined} coords={!small} />
    </>
  );
}
