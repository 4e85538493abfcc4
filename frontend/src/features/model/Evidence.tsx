import type { Exam, Level } from "@/api";
import { hueOf } from "@/level";
import { format, Icon } from "@/ui";
import { tr } from "@/words";

const BINS = 25;
const W = 516;
const H = 170;
const LEFT = 4;
const BASE = 20;
const HEAD = 16;

/** How many of the lives ended in each stretch of the lifespan. */
export function histogram(survived: readonly number[], lifespan: number, bins = BINS): number[] {
  const counts = Array.from({ length: bins }, () => 0);
  for (const steps of survived) {
    const bin = Math.min(bins - 1, Math.floor((steps / lifespan) * bins));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return counts;
}

interface Caption {
  text: string;
  /** what it belongs to, on the axis */
  at: number;
  strong: boolean;
}
const LETTER = 6.7;
const GAP = 14;

/** Left edges of captions on one line: each over its mark, moved aside where two would touch, none beyond the picture. */
export function placed(captions: readonly Caption[], width: number): (Caption & { left: number })[] {
  const wide = ({ text }: Caption) => text.length * LETTER;
  const row = [...captions].sort((a, b) => a.at - b.at).map((caption) => ({ ...caption, left: Math.max(0, Math.min(width - wide(caption), caption.at - wide(caption) / 2)) }));
  for (let i = 1; i < row.length; i++) row[i]!.left = Math.max(row[i]!.left, row[i - 1]!.left + wide(row[i - 1]!) + GAP);
  for (let i = row.length - 1, end = width; i >= 0; end = row[i--]!.left - GAP) row[i]!.left = Math.min(row[i]!.left, end - wide(row[i]!));
  return row;
}

const percent = (share: number) => `${Math.round(share * 100)} %`;

/** Mean and its 95 % confidence interval, as on the card: mean ± 1.96 s / √n. */
export function interval(survived: readonly number[]): { mean: number; low: number; high: number } | null {
  const n = survived.length;
  if (n < 2) return null;
  const mean = survived.reduce((sum, steps) => sum + steps, 0) / n;
  const spread = 1.96 * Math.sqrt(survived.reduce((sum, steps) => sum + (steps - mean) ** 2, 0) / (n - 1) / n);
  return { mean, low: mean - spread, high: mean + spread };
}

/** "Mean 402 steps, 95 % interval 388 to 416; a random agent lives 113." */
export function certainty({ survived }: Exam, random: number | null): string | null {
  const found = interval(survived);
  if (!found) return null;
  const whole = (steps: number) => format.count(Math.round(steps));
  const given = { mean: whole(found.mean), low: whole(found.low), high: whole(found.high) };
  return random === null
    ? tr("Mean {mean} steps, 95 % interval {low} to {high}.", given)
    : tr("Mean {mean} steps, 95 % interval {low} to {high}; a random agent lives {random}.", { ...given, random: whole(random) });
}

/** The exam in a sentence. */
export function verdict({ lives, median, p10, share_retired: whole }: Exam, lifespan: number): string {
  const all = format.count(lifespan);
  if (whole === 1) return tr("All {lives} lives lasted the whole {all} steps.", { lives, all });
  const given = { lives, median: format.count(Math.round(median)), p10: format.count(Math.round(p10)), all };
  return whole === 0
    ? tr("Of {lives} lives half reached step {median}, nine in ten reached {p10}, none lasted all {all}.", given)
    : tr("Of {lives} lives half reached step {median}, nine in ten reached {p10}, and {whole} lasted all {all}.", { ...given, whole: percent(whole) });
}

/** The exam the model was chosen by: greedy lives on starts it never trained on. */
export function Survival({ exam, level, name }: { exam: Exam; level: Level; name: string }) {
  const { lifespan } = level;
  const random = level.floors.random;
  const counts = histogram(exam.survived, lifespan);
  const most = Math.max(1, ...counts);
  const width = (W - LEFT) / BINS;
  const X = (steps: number) => LEFT + (Math.min(steps, lifespan) / lifespan) * (W - LEFT);
  const sentence = verdict(exam, lifespan);
  const mean = certainty(exam, random);
  const captions = placed(
    [
      ...(random === null ? [] : [{ text: tr("random agent {steps}", { steps: format.count(Math.round(random)) }), at: X(random), strong: false }]),
      { text: `${name} ${format.count(Math.round(exam.median))}`, at: X(exam.median), strong: true },
    ],
    W,
  );
  return (
    <section className="card" aria-label={tr("How long it lives")}>
      <header>
        <h2>{tr("How long it lives")}</h2>
        <span className="sub">{tr("{n} greedy lives, never trained on", { n: exam.lives })}</span>
      </header>
      <div className="pic">
        <svg viewBox={`0 0 ${W} ${H}`} width="100%" role="img" aria-label={`${sentence}${random === null ? "" : ` ${tr("A random agent lives {n} steps on average.", { n: Math.round(random) })}`}`}>
          {counts.map((n, i) => {
            const height = (n / most) * (H - BASE - HEAD - 4);
            return n > 0 && <rect key={i} x={LEFT + i * width + 1} y={H - BASE - height} width={width - 2} height={height} rx="2" fill="var(--accent)" opacity=".85" />;
          })}
          <path d={`M${LEFT} ${H - BASE}H${W}`} stroke="var(--line-strong)" />
          {random !== null && <path d={`M${X(random)} ${HEAD + 2}V${H - BASE}`} stroke="var(--ink-3)" strokeWidth="1.5" strokeDasharray="3 3" />}
          <path d={`M${X(exam.median)} ${HEAD + 2}V${H - BASE}`} stroke="var(--accent-text)" strokeWidth="1.5" />
          {captions.map(({ text, left, strong }) => (
            <text key={text} x={left} y="11" fontSize="12" fontWeight={strong ? 600 : 400} fill={strong ? "var(--accent-text)" : "var(--ink-3)"}>
              {text}
            </text>
          ))}
          {[0, 0.2, 0.4, 0.6, 0.8, 1].map((share) => (
            <text key={share} x={X(share * lifespan)} y={H - 4} textAnchor={share === 0 ? "start" : share === 1 ? "end" : "middle"} fontSize="11.5" fill="var(--ink-3)">
              {format.count(share * lifespan)}
            </text>
          ))}
        </svg>
        <p className="hint">{sentence}</p>
        {mean && <p className="hint">{mean}</p>}
      </div>
    </section>
  );
}

/** Which meter brought the deaths about. */
export function Causes({ exam, level }: { exam: Exam; level: Level }) {
  const causes = Object.entries(exam.causes).sort((a, b) => b[1] - a[1]);
  const deaths = causes.reduce((sum, [, n]) => sum + n, 0);
  const most = Math.max(1, ...causes.map(([, n]) => n));
  return (
    <section className="card" aria-label={tr("How it dies")}>
      <header>
        <h2>{tr("How it dies")}</h2>
        <span className="sub">{deaths === 0 ? tr("nobody died in {n} lives", { n: exam.lives }) : tr("root cause of {n} death|root cause of {n} deaths", { n: deaths })}</span>
      </header>
      <ul className="die">
        {causes.map(([name, n]) => {
          const meter = level.meters.find((other) => other.name === name);
          return (
            <li key={name} style={{ ["--c" as string]: hueOf(level, name) }}>
              <Icon name={meter?.icon ?? "skull"} weight="fill" />
              <span>{meter?.title ?? name}</span>
              <span className="tr">
                <i style={{ width: `${(n / most) * 100}%` }} />
              </span>
              <b className="num">{n}</b>
            </li>
          );
        })}
        {deaths === 0 && <li className="none">{tr("Every life lasted all {lifespan} steps.", { lifespan: format.count(level.lifespan) })}</li>}
      </ul>
    </section>
  );
}
