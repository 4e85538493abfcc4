/** The moments of a run worth going back to, told by what its lives were kept for (hamlet/tape/recorder.py). */
import type { Level, Recording } from "@/api";
import { lastMoment } from "@/wire";
import type { Life } from "@/wire";
import { inner, tr } from "@/words";
import type { Place } from "./level";

export interface Mark {
  episode: number;
  /** the recorder's reason; with the episode it names the mark */
  reason: string;
  icon: string;
  /** the meter whose colour it has */
  meter: string | null;
  text: string;
}

const pays = (place: Place, currency: string | null): boolean =>
  currency !== null && [place.effects, place.tick_effects, place.completion].some((effects) => (effects[currency] ?? 0) > 0);

/** What the system marks: the first sleep, pay and use of each place, records, stages, the first death of each root. */
export function marksOf(recordings: readonly Recording[], level: Level): Mark[] {
  const marks: Mark[] = [];
  let slept = false;
  let paid = false;
  let outlived = false;
  for (const { episode, steps, reasons } of [...recordings].sort((a, b) => a.episode - b.episode)) {
    for (const reason of reasons) {
      const [kind, name] = splitReason(reason);
      const add = (icon: string, text: string, meter: string | null = null) => marks.push({ episode, reason, icon, meter, text });
      if (kind === "first") {
        const place = level.places.find((one) => one.name === name);
        const sleep: boolean = !slept && place?.icon === "bed";
        const pay: boolean = !sleep && !paid && place !== undefined && pays(place, level.currency);
        slept ||= sleep;
        paid ||= pay;
        const title = place?.title ?? name;
        add(place?.icon ?? "cube", sleep ? tr("First sleep: {place}", { place: title }) : pay ? tr("First pay: {place}", { place: title }) : tr("First use of {place}", { place: title }), place?.serves ?? null);
      } else if (kind === "death") {
        const meter = level.meters.find((one) => one.name === name);
        add("skull", tr("First death rooted in {meter}", { meter: inner(meter?.title ?? name) }), meter?.name ?? null);
      } else if (kind === "retired") add("flag-checkered", tr("First to live to the end"));
      else if (kind === "after stage") add("trophy", tr("Stage {stage} begins", { stage: name }));
      else if (kind === "best") {
        // The first life outlives nobody.
        if (outlived) add("star", tr("Record: {n} steps", { n: steps }));
        outlived = true;
      }
    }
  }
  return marks;
}

/** "first:Bed" → ["first", "Bed"], "after stage 2" → ["after stage", "2"], "best" → ["best", ""] */
export function splitReason(reason: string): [kind: string, name: string] {
  const found = /^(first|death):(.*)$/.exec(reason) ?? /^((?:before|after) stage) (\d+)$/.exec(reason);
  return found ? [found[1]!, found[2]!] : [reason, ""];
}

/** Why a life was kept, in a word or three. */
export function wordOf(reason: string, level: Level): string {
  const [kind, name] = splitReason(reason);
  if (kind === "first") return tr("first {place}", { place: level.places.find((place) => place.name === name)?.title ?? name });
  if (kind === "death") return tr("first death rooted in {meter}", { meter: inner(level.meters.find((meter) => meter.name === name)?.title ?? name) });
  if (kind === "retired") return tr("first to live to the end");
  if (kind === "best") return tr("record");
  if (kind === "worst") return tr("shortest so far");
  if (kind === "periodic") return tr("every so often");
  if (kind === "before stage") return tr("before stage {stage}", { stage: name });
  if (kind === "after stage") return tr("after stage {stage}", { stage: name });
  return reason;
}

/** The moment in a life that it was kept for. */
export function momentFor(reason: string, life: Life, level: Level, recordings: readonly Recording[]): number {
  const [kind, name] = splitReason(reason);
  const last = lastMoment(life);
  if (kind === "first") {
    const index = level.places.find((place) => place.name === name)?.index;
    const t = index === undefined ? -1 : life.rows.place.subarray(0, life.length).indexOf(index);
    return Math.max(0, t);
  }
  if (kind === "best") {
    // The step that takes it past every life before it.
    const before = recordings.filter(({ episode, reasons }) => episode < life.number && reasons.includes("best"));
    return Math.min(last, Math.max(0, ...before.map(({ steps }) => steps)) + 1);
  }
  return ["death", "retired", "before stage", "worst"].includes(kind) ? last : 0;
}
