import { useQuery } from "@tanstack/react-query";
import { memo, useMemo, useRef, useState } from "react";
import type { Evaluation, Level, Run } from "@/api";
import { ForkedFrom } from "@/chrome";
import { format, useSize } from "@/ui";
import { tr } from "@/words";
import { curveOf, smoothed, thinned } from "./curve";
import type { Curve, XAxis } from "./curve";
import { evaluationsQuery, metricsQuery } from "./queries";
import type { Columns } from "./queries";

interface Props {
  run: Run;
  level: Level;
}

/** How it improves: steps survived over training. */
export function Learning({ run, level }: Props) {
  const metrics = useQuery(metricsQuery(run.id)).data;
  const exams = useQuery(evaluationsQuery(run.id)).data;
  const [x, setX] = useState<XAxis>("steps");
  const speed = last(metrics, "steps_per_second") ?? run.steps_per_second;
  return (
    <section className="card learning" aria-label={tr("Learning")}>
      <header>
        <h2>{tr("Learning")}</h2>
        <span className="sub">
          {tr("steps survived")}
          {run.state === "training" && speed !== null && `, ${tr("{speed} steps/s", { speed: format.count(speed) })}`}
        </span>
      </header>
      <ForkedFrom run={run} />
      <Chart run={run} level={level} metrics={metrics} exams={exams} x={x} setX={setX} />
      <StageBar run={run} level={level} />
      <Figures metrics={metrics} exams={exams} level={level} />
    </section>
  );
}

const last = (columns: Columns | undefined, name: string): number | null => columns?.[name]?.findLast((value) => value !== null) ?? null;

const LEFT = 38;
const RIGHT = 24;
const TOP = 18;
const FOOT = 20;

interface ChartProps extends Props {
  metrics: Columns | undefined;
  exams: Evaluation[] | undefined;
  x: XAxis;
  setX: (x: XAxis) => void;
}

function Chart({ run, level, metrics, exams, x, setX }: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const { width, height } = useSize(box);
  const floor = level.floors.random;
  const curve = useMemo(() => metrics && curveOf(metrics, exams ?? [], x, run.steps_budget, floor, level.lifespan), [metrics, exams, x, run.steps_budget, floor, level.lifespan]);
  const done = x === "steps" ? last(metrics, "steps") : last(metrics, "episodes");
  return (
    <div className="curvebox" ref={box}>
      {curve && width > 60 && height > 60 && <Plot curve={curve} width={width} height={height} floor={floor} />}
      {curve && !curve.mean.length && <p className="none">{tr("No measurements yet")}</p>}
      <div className="lx">
        <span>0</span>
        <button type="button" onClick={() => setX(x === "steps" ? "episodes" : "steps")} title={x === "steps" ? tr("Show over lives") : tr("Show over steps")}>
          {x === "steps" ? tr("{done} of {stepsBudget} lane-steps", { done: short(done ?? 0), stepsBudget: short(run.steps_budget) }) : tr("{done} lives", { done: format.count(done ?? 0) })}
        </button>
      </div>
    </div>
  );
}

/** 10_000_000_000 → "10 G", 3_000_000 → "3 M", 240_000 → "240 k" */
const short = (value: number): string =>
  value >= 1e9 ? `${format.precise(value / 1e9, 3)} G` : value >= 1e6 ? `${format.precise(value / 1e6, 3)} M` : value >= 1e3 ? `${format.precise(value / 1e3, 3)} k` : String(value);

const Plot = memo(function Plot({ curve, width, height, floor }: { curve: Curve; width: number; height: number; floor: number | null }) {
  const w = width - LEFT - RIGHT;
  const h = height - TOP - FOOT;
  const X = (x: number) => LEFT + (x / curve.right) * w;
  const Y = (y: number) => TOP + (1 - y / curve.top) * h;
  const path = (points: readonly { x: number; y: number }[], y = Y) => points.map((point, i) => `${i ? "L" : "M"}${X(point.x).toFixed(1)} ${y(point.y).toFixed(1)}`).join("");
  const each = thinned(curve.mean, w, ({ y }) => y);
  const mean = thinned(smoothed(curve.mean), w, ({ y }) => y);
  const band = thinned(curve.band, w, ({ high }) => high);
  const edges = band.length > 1 ? `${path(band.map(({ x, high }) => ({ x, y: high })))}${path(band.map(({ x, low }) => ({ x, y: low })).reverse()).replace("M", "L")}Z` : "";
  const epsilon = thinned(curve.epsilon, w / 2, ({ y }) => y);
  const end = mean.at(-1);
  const dice = epsilon.at(-1);
  const best = curve.exams.find((exam) => exam.best);
  const E = (y: number) => TOP + (1 - y) * h;
  return (
    <svg width={width} height={height} role="img" aria-label={summary(curve, floor)}>
      {curve.stages.map(({ stage, from, to }, i) => (
        <g key={i}>
          <rect x={X(from)} y={TOP} width={Math.max(0, X(to) - X(from))} height={h} fill="var(--ink)" opacity={0.02 + Math.min(stage, 6) * 0.016} />
          {X(to) - X(from) > 13 && (
            <text x={(X(from) + X(to)) / 2} y={TOP - 6} textAnchor="middle" fontWeight="600" className={i === curve.stages.length - 1 ? "now" : undefined}>
              {stage}
            </text>
          )}
        </g>
      ))}
      {[0, curve.top / 2, curve.top].map((y) => (
        <g key={y}>
          <path d={`M${LEFT} ${Y(y)}H${width - RIGHT}`} stroke="var(--line)" />
          <text x={LEFT - 6} y={Y(y) + 4} textAnchor="end">
            {format.count(y)}
          </text>
        </g>
      ))}
      {floor !== null && (
        <path d={`M${LEFT} ${Y(floor)}H${width - RIGHT}`} stroke="var(--ink-3)" strokeDasharray="1 4" strokeLinecap="round" strokeWidth="1.5" />
      )}
      {edges && <path d={edges} fill="var(--ink)" opacity=".1" />}
      {epsilon.length > 1 && <path d={path(epsilon, E)} fill="none" stroke="var(--novelty)" strokeWidth="1.75" strokeDasharray="4 3" />}
      {mean.length > 1 && (
        <>
          <path d={path(each)} fill="none" stroke="var(--ink)" strokeWidth="1" opacity=".22" />
          <path d={path(mean)} fill="none" stroke="var(--surface)" strokeWidth="5.5" opacity=".8" />
          <path d={path(mean)} fill="none" stroke="var(--ink)" strokeWidth="2.25" strokeLinejoin="round" />
        </>
      )}
      {curve.exams.length > 1 && <path d={path(curve.exams)} fill="none" stroke="var(--accent)" strokeWidth="1.25" opacity=".6" />}
      {curve.exams.map((exam) => (
        <path
          key={exam.x}
          d={`M${X(exam.x)} ${Y(exam.y) - 4.5}l4.5 4.5l-4.5 4.5l-4.5 -4.5z`}
          fill={exam.best ? "var(--accent)" : "var(--surface)"}
          stroke="var(--accent)"
          strokeWidth="1.75"
        />
      ))}
      {floor !== null && (
        <text x={width - RIGHT - 2} y={Y(floor) - 4} textAnchor="end" className="halo">
          {tr("random {n}", { n: Math.round(floor) })}
        </text>
      )}
      {dice && (
        <text x={X(dice.x) + 5} y={E(dice.y) + 4} className="dice">
          ε
        </text>
      )}
      {end && !best && <circle cx={X(end.x)} cy={Y(end.y)} r="4" fill="var(--ink)" stroke="var(--surface)" strokeWidth="2" />}
    </svg>
  );
});

function summary(curve: Curve, floor: number | null): string {
  const end = curve.mean.at(-1);
  if (!end) return tr("Learning curve: no life has ended yet");
  const best = curve.exams.find((exam) => exam.best);
  return [
    tr("Learning curve: lives last {last} steps on average now, {first} at first", { last: Math.round(end.y), first: Math.round(curve.mean[0]!.y) }),
    best && tr("best examination {n} steps", { n: Math.round(best.y) }),
    floor !== null && tr("a random agent lives {n}", { n: Math.round(floor) }),
  ]
    .filter(Boolean)
    .join("; ");
}

/** How far up the curriculum: stages done, the present one, those to come. Nothing in a run without stages. */
function StageBar({ run, level }: Props) {
  if (run.stage === null) return null;
  const count = level.curriculum.multipliers.length + 1;
  const gate = (name: string, own: number) => {
    const set = run.config[name];
    return Math.round((typeof set === "number" ? set : own) * 100);
  };
  return (
    <>
      <div className="cur" role="img" aria-label={tr("Curriculum stage {stage} of {count}", { stage: run.stage, count })}>
        {Array.from({ length: count }, (_, i) => (
          <i key={i} className={i + 1 < run.stage! ? "d" : i + 1 === run.stage ? "n" : undefined} />
        ))}
      </div>
      <p className="gate" title={run.stage < count ? tr("and when the choices are decided enough, and survival is not falling") : undefined}>
        <b>
          {tr("Stage {stage} of {count}", { stage: run.stage, count })}
        </b>
        {run.stage < count && <span>{tr("climbs at {share} % of {lifespan} steps", { share: gate("advance_at", level.curriculum.advance), lifespan: format.count(level.lifespan) })}</span>}
      </p>
    </>
  );
}

/** The numbers under the chart: what the marks in it stand for. */
function Figures({ metrics, exams, level }: { metrics: Columns | undefined; exams: Evaluation[] | undefined; level: Level }) {
  const mean = last(metrics, "survival_mean");
  const newest = exams?.reduce<Evaluation | null>((late, exam) => (!late || exam.steps > late.steps ? exam : late), null);
  const best = exams?.length ? Math.max(...exams.map((exam) => exam.mean)) : null;
  const floor = level.floors.random;
  const about = newest ? tr("Mean of {n} lives with the dice put away, other beginnings and full depletion", { n: newest.lives }) : undefined;
  return (
    <dl className="figs">
      <Figure name={tr("now")} mark="line" value={mean} title={tr("Mean of the lives that ended last, dice included. Bold line: running mean; thin line: each measurement; grey: the middle 80 % of lives")} />
      <Figure name={tr("exam")} mark={newest && newest.mean === best ? "best" : "exam"} value={newest?.mean ?? null} title={about} />
      {best !== null && newest?.mean !== best && <Figure name={tr("best")} mark="best" value={best} title={about} />}
      {floor !== null && <Figure name={tr("random")} mark="floor" value={floor} title={tr("Mean life of an agent that only rolls the dice, measured")} />}
    </dl>
  );
}

function Figure({ name, mark, value, title }: { name: string; mark: string; value: number | null; title?: string }) {
  return (
    <div title={title}>
      <dt>
        <i className={mark} />
        {name}
      </dt>
      <dd>{value === null ? "–" : format.count(Math.round(value))}</dd>
    </div>
  );
}
