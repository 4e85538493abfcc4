import { tr } from "@/words";
/** How a curve is told from the others, and what the axes and metrics are called. */

/** Metrics of hamlet/learning/metrics.py, each with its unit and the sentence it has there. */
export const METRICS: Readonly<Record<string, { title: string; unit: string; about: string }>> = {
  survival_mean: { title: tr("Steps survived"), unit: tr("steps"), about: tr("mean steps lived, of the lives that ended in a stretch; the exploring policy, dice included") },
  survival_p10: { title: tr("Survival, 10th percentile"), unit: tr("steps"), about: tr("10th percentile of the steps lived") },
  survival_median: { title: tr("Survival, median"), unit: tr("steps"), about: tr("median of the steps lived") },
  survival_p90: { title: tr("Survival, 90th percentile"), unit: tr("steps"), about: tr("90th percentile of the steps lived") },
  survival_max: { title: tr("Longest life"), unit: tr("steps"), about: tr("longest life that ended in a stretch") },
  return_mean: { title: tr("Return"), unit: "", about: tr("mean sum of the world's own rewards over a life, undiscounted") },
  extrinsic_mean: { title: tr("Reward"), unit: "", about: tr("mean of the world's own reward of a step, over all lanes") },
  intrinsic_mean: { title: tr("Curiosity bonus"), unit: "", about: tr("mean curiosity bonus of a step, as it entered learning") },
  epsilon: { title: tr("Exploration ε"), unit: "", about: tr("chance that a step rolls the dice, mean over the lanes") },
  multiplier: { title: tr("Depletion"), unit: "×", about: tr("depletion multiplier given to lives that begin") },
  stage: { title: tr("Curriculum stage"), unit: "", about: tr("curriculum stage, 1 to 5") },
  loss: { title: tr("Loss"), unit: "", about: tr("mean loss of the gradient updates") },
  td_error: { title: tr("TD error"), unit: "", about: tr("mean absolute difference between target and Q(s, a)") },
  q_mean: { title: tr("Mean Q"), unit: "", about: tr("mean Q(s, a) of the actions taken") },
  grad_norm: { title: tr("Gradient norm"), unit: "", about: tr("mean gradient norm before clipping") },
  learning_rate: { title: tr("Learning rate"), unit: "", about: tr("Adam's step size") },
  steps_per_second: { title: tr("Speed"), unit: tr("steps/s"), about: tr("lane-steps per second of wall clock, updates included, examinations not") },
};

export const AXES = [
  { value: "steps", label: tr("Steps"), unit: tr("steps"), hint: tr("lane-steps since the run began") },
  { value: "episodes", label: tr("Lives"), unit: tr("lives"), hint: tr("lives finished since the run began, over all lanes") },
  { value: "time", label: tr("Time"), unit: tr("ms of training"), hint: tr("time spent training; examinations and waiting not counted") },
] as const;
export type Axis = (typeof AXES)[number]["value"];

const DASHES = ["", "7 4", "2 4", "10 3 2 3"] as const;
export const hueAt = (i: number): string => `var(--run-${i + 1})`;
export const dashAt = (i: number): string => DASHES[i % DASHES.length]!;
/** From the fifth on the dashes come again, and the curve ends in a mark of its own. */
export const endAt = (i: number): string | null => (i < DASHES.length ? null : ["M-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0", "M-5-5h10v10h-10z", "M0-6l6 11h-12z", "M0-6l6 6l-6 6l-6-6z"][i - DASHES.length]!);

export function Swatch({ i }: { i: number }) {
  return (
    <svg width="26" height="14" viewBox="0 0 26 14" aria-hidden="true">
      <path d="M0 7H26" stroke={hueAt(i)} strokeWidth="3" strokeDasharray={dashAt(i)} />
      {endAt(i) && <path d={endAt(i)!} transform="translate(19 7)" fill="var(--surface)" stroke={hueAt(i)} strokeWidth="2" />}
    </svg>
  );
}
