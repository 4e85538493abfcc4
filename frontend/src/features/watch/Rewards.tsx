import type { Level } from "@/api";
import { format } from "@/ui";
import type { Life, Moment } from "@/wire";
import { inner, tr } from "@/words";

const SPAN = 200;
const WIDTH = 380;
const HEIGHT = 150;

interface Props {
  level: Level;
  life: Life | null;
  moment: Moment | null;
}

/** The parts of the reward over the last steps of the life on stage: the world's own, and the bonus of curiosity. */
export function Rewards({ level, life, moment }: Props) {
  const upTo = life && moment ? Math.min(moment.t, life.length) : 0;
  const from = Math.max(0, upTo - SPAN);
  const world = life ? Array.from(life.rows.reward.subarray(from, upTo)) : [];
  const bonus = life ? Array.from(life.rows.intrinsic.subarray(from, upTo)) : [];
  const curious = bonus.some((value) => value !== 0);
  const { product, retirement } = level.reward;
  const titles = product.map((name) => inner(level.meters.find((meter) => meter.name === name)?.title ?? name));
  const all = curious ? [...world, ...bonus] : world;
  const high = Math.max(...all, 0);
  const low = Math.min(...all, 0);
  const top = high > low ? high : low + 1;
  const X = (i: number) => ((i + SPAN - world.length) / (SPAN - 1)) * WIDTH;
  const Y = (value: number) => 8 + (1 - (value - low) / (top - low)) * (HEIGHT - 16);
  const path = (values: number[]) => values.map((value, i) => `${i ? "L" : "M"}${X(i).toFixed(1)} ${Y(value).toFixed(1)}`).join("");
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return (
    <section className="card below" aria-label={tr("Reward")}>
      <header>
        <h2>{tr("Reward")}</h2>
        <span className="sub">{upTo < SPAN ? tr("this life, so far") : tr("this life, last {n} steps", { n: SPAN })}</span>
      </header>
      {world.length < 2 ? (
        <p className="empty">{tr("No step has been rewarded yet.")}</p>
      ) : (
        <>
          <div className="rewards">
            <svg
              viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
              preserveAspectRatio="none"
              role="img"
              aria-label={curious
                  ? tr("Reward of a step, from the world {world} on average, from curiosity {curiosity}", { world: format.fixed(mean(world), 2), curiosity: format.fixed(mean(bonus), 3) })
                  : tr("Reward of a step, from the world {world} on average", { world: format.fixed(mean(world), 2) })}
            >
              <path d={`M0 ${Y(0)}H${WIDTH}`} stroke="var(--line)" vectorEffect="non-scaling-stroke" />
              {curious && (
                <>
                  <path d={`${path(bonus)}L${X(bonus.length - 1)} ${Y(0)}L${X(0)} ${Y(0)}Z`} fill="var(--novelty)" opacity=".16" />
                  <path d={path(bonus)} fill="none" stroke="var(--novelty)" strokeWidth="1.5" vectorEffect="non-scaling-stroke" />
                </>
              )}
              <path d={path(world)} fill="none" stroke="var(--ink)" strokeWidth="2.25" strokeLinejoin="round" vectorEffect="non-scaling-stroke" />
            </svg>
            <span className="hi">{format.fixed(top, 2)}</span>
            <span className="lo">{format.fixed(low, 2)}</span>
          </div>
          <dl className="parts">
            <div title={retirement < 0
                  ? tr("Each step alive earns {product}; who lives {lifespan} steps is fined {retirement}", { product: titles.join(" × "), lifespan: level.lifespan, retirement: -retirement })
                  : tr("Each step alive earns {product}; who lives {lifespan} steps earns {retirement} more", { product: titles.join(" × "), lifespan: level.lifespan, retirement })}>
              <dt>
                <i className="line" />
                {tr("world: {product}", { product: titles.join(" × ") })}
              </dt>
              <dd>{tr("{reward} a step", { reward: format.fixed(mean(world), 2) })}</dd>
            </div>
            {curious && (
              <div title={tr("The bonus for what the curiosity network did not foresee, as it entered learning")}>
                <dt>
                  <i className="novel" />
                  {tr("curiosity")}
                </dt>
                <dd>{tr("{reward} a step", { reward: format.fixed(mean(bonus), 3) })}</dd>
              </div>
            )}
          </dl>
        </>
      )}
    </section>
  );
}
