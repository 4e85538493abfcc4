/** The recorded lives of a run as a list: why each was kept, and the way from one to the next. */
import type { Recording } from "@/api";
import { tr } from "@/words";
import { splitReason } from "./marks";

export const KINDS = { all: tr("All"), records: tr("Records"), firsts: tr("Firsts"), deaths: tr("First deaths"), stages: tr("Stages"), regular: tr("Regular") } as const;
export type Kind = keyof typeof KINDS;

const KIND: Readonly<Record<string, Kind>> = {
  best: "records", worst: "records", first: "firsts", retired: "firsts", death: "deaths", "before stage": "stages", "after stage": "stages", periodic: "regular",
};

const isOf = ({ reasons }: Recording, kind: Kind): boolean => kind === "all" || reasons.some((reason) => KIND[splitReason(reason)[0]] === kind);

/** The lives of a kind, first to last. */
export const livesOf = (recordings: readonly Recording[], kind: Kind): Recording[] =>
  recordings.filter((recording) => isOf(recording, kind)).sort((a, b) => a.episode - b.episode);

/** The kinds that have lives, and how many. */
export const kindsOf = (recordings: readonly Recording[]): { kind: Kind; n: number }[] =>
  (Object.keys(KINDS) as Kind[]).map((kind) => ({ kind, n: livesOf(recordings, kind).length })).filter(({ n }) => n > 0);

/** The nearest numbers below and above, among those known. */
export function around(known: Iterable<number>, number: number | null): { previous: number | null; next: number | null } {
  let previous: number | null = null;
  let next: number | null = null;
  for (const one of known) {
    if (number === null) break;
    if (one < number && (previous === null || one > previous)) previous = one;
    if (one > number && (next === null || one < next)) next = one;
  }
  return { previous, next };
}
