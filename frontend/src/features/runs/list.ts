import { isUnderWay } from "@/api";
import type { Run } from "@/api";
import { named, tr } from "@/words";

export const GROUPS = { all: tr("All"), training: tr("Training"), queued: tr("Queued"), paused: tr("Paused"), finished: tr("Finished"), ended: tr("Stopped") } as const;
export type Group = keyof typeof GROUPS;
const COUNTED = { training: "{n} training", queued: "{n} queued", paused: "{n} paused", finished: "{n} finished", ended: "{n} stopped" } as const;

/** Where a run belongs. One that waits for its next turn is still training to those who watch. */
export function groupOf(run: Pick<Run, "state" | "steps">): Exclude<Group, "all"> {
  if (isUnderWay(run)) return "training";
  if (run.state === "queued" || run.state === "paused") return run.state;
  return run.state === "finished" ? "finished" : "ended";
}
export const inGroup = (run: Run, group: Group): boolean => group === "all" || groupOf(run) === group;

/** What each column sorts by, and the way it is first sorted: the interesting end on top. */
export const COLUMNS = {
  created: { by: (run: Run) => run.created_at, first: "down" },
  name: { by: (run: Run) => run.name.toLowerCase(), first: "up" },
  state: { by: (run: Run) => Object.keys(GROUPS).indexOf(groupOf(run)), first: "up" },
  best: { by: (run: Run) => run.best, first: "down" },
  last: { by: (run: Run) => run.last, first: "down" },
  stage: { by: (run: Run) => run.stage, first: "down" },
  epsilon: { by: (run: Run) => run.epsilon, first: "down" },
  viewers: { by: (run: Run) => run.viewers, first: "down" },
} as const;
export type Column = keyof typeof COLUMNS;
export type Way = "up" | "down";

export interface View {
  group: Group;
  text: string;
  /** only runs with this tag; "" is all */
  tag: string;
  column: Column;
  way: Way;
}

/** The runs a view shows, in its order. What is not known comes last, whichever way one sorts. */
export function visible(runs: readonly Run[], { group, text, tag, column, way }: View): Run[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const matches = (run: Run) => {
    const hay = `${run.name} ${run.level_title} ${named(run.level_title)} ${run.level} ${run.network} ${run.learner} ${run.owner} ${run.notes} ${run.tags.join(" ")}`.toLowerCase();
    return words.every((word) => hay.includes(word)) && (tag === "" || run.tags.some((own) => own.toLowerCase() === tag.toLowerCase()));
  };
  const sign = way === "up" ? 1 : -1;
  const by = COLUMNS[column].by;
  return runs
    .filter((run) => inGroup(run, group) && matches(run))
    .sort((a, b) => {
      const [x, y] = [by(a), by(b)];
      if (x === y) return b.created_at.localeCompare(a.created_at);
      if (x === null) return 1;
      if (y === null) return -1;
      return x < y ? -sign : sign;
    });
}

/** The list with what was found beyond it. */
export function together(runs: readonly Run[], found: readonly Run[] = []): Run[] {
  const there = new Set(runs.map(({ id }) => id));
  return [...runs, ...found.filter(({ id }) => !there.has(id))];
}

/** A view as the address says it, so that every view is a link. */
export function viewOf(query: URLSearchParams): View {
  const [column, way] = (query.get("sort") ?? "").split(".");
  const group = query.get("state") ?? "";
  const known = column !== undefined && Object.hasOwn(COLUMNS, column);
  return {
    group: Object.hasOwn(GROUPS, group) ? (group as Group) : "all",
    text: query.get("q") ?? "",
    tag: query.get("tag") ?? "",
    column: known ? (column as Column) : "created",
    way: known && (way === "up" || way === "down") ? way : "down",
  };
}

/** The address of a view; what is as always is left out. */
export function queryOf(view: View): URLSearchParams {
  const query = new URLSearchParams();
  if (view.group !== "all") query.set("state", view.group);
  if (view.tag) query.set("tag", view.tag);
  if (view.text) query.set("q", view.text);
  if (view.column !== "created" || view.way !== "down") query.set("sort", `${view.column}.${view.way}`);
  return query;
}

/** A round number at or above the largest survival on screen: one axis for all curves. */
export function axisTop(runs: readonly Run[]): number {
  const most = Math.max(0, ...runs.flatMap((run) => run.spark));
  if (most === 0) return 1;
  const unit = 10 ** Math.floor(Math.log10(most));
  return [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].map((k) => k * unit).find((top) => top >= most) ?? most;
}

/** "3 training, 1 queued, 3 finished. 31 people watching." */
export function summary(runs: readonly Run[]): string {
  const parts = (["training", "queued", "paused", "finished", "ended"] as const)
    .map((group) => [runs.filter((run) => inGroup(run, group)).length, COUNTED[group]] as const)
    .filter(([n]) => n > 0)
    .map(([n, text]) => tr(text, { n }));
  const watching = runs.reduce((sum, run) => sum + run.viewers, 0);
  return `${parts.join(", ")}.${watching ? ` ${tr("{n} person watching.|{n} people watching.", { n: watching })}` : ""}`;
}
