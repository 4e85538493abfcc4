import type { Level } from "@/api";
import type { Life, Moment } from "@/wire";

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
  const titles = product.map((name) => level.meters.find((meter) => meter.name === name)?.title.toLowerCase() ?? name);
  const all = curious ? [...world, ...bonus] : world;
  const high = Math.max(...all, 0);
  const low = Math.min(...all, 0);
  const top = high > low ? high : low + 1;
  const X = (i: number) => ((i + SPAN - world.length) / (SPAN - 1)) * WIDTH;
  const Y = (value: number) => 8 + (1 - (value - low) / (top - low)) * (HEIGHT - 16);
  const path = (values: number[]) => values.map((value, i) => `${i ? "L" : "M"}${X(i).toFixed(1)} ${Y(value).toFixed(1)}`).join("");
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return (
    <section className="card below" aria-label="Reward">
      <header>
        <h2>Reward</h2>
        <span className="sub">this life, {upTo < SPAN ? "so far" : `last ${SPAN} steps`}</span>
      </header>
      {world.length < 2 ? (
        <p className="empty">No step has been rewarded yet.</p>
      ) : (
        <>
          <div className="rewards">
            <svg
              viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
              preserveAspectRatio="none"
              role="img"
              aria-label={`Reward of a step, from the world ${mean(world).toFixed(2)} on average${curious ? `, from curiosity ${mean(bonus).toFixed(3)}` : ""}`}
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
            <span className="hi">{top.toFixed(2)}</span>
            <span className="lo">{low.toFixed(2)}</span>
          </div>
          <dl className="parts">
            <div title={`Each step alive earns ${titles.join(" × ")}; who lives ${level.lifespan} steps ${retirement < 0 ? `is fined ${-retirement}` : `earns ${retirement} more`}`}>
              <dt>
                <i className="line" />
                world: {titles.join(" × ")}
              </dt>
              <dd>{mean(world).toFixed(2)} a step</dd>
            </div>
            {curious && (
              <div title="The bonus for what the curiosity network did not foresee, as it entered learning">
                <dt>
                  <i className="novel" />
                  curiosity
                </dt>
                <dd>{mean(bonus).toFixed(3)} a step</dd>
              </div>
            )}
          </dl>
        </>
      )}
    </section>
  );
}
