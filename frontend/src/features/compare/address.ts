/** What is compared, as the address says it: `?a=run:episode&b=run:episode`, or `?runs=a,b,c`. */
import type { Recording } from "@/api";
import { bestOf } from "@/features/watch/parts";

export interface Ref {
  run: string;
  /** number of the life, or a word for one: the best or the newest kept */
  episode: number | "best" | "latest";
}

export function refOf(text: string | null): Ref | null {
  const [run, episode = "best"] = (text ?? "").split(":");
  if (!run) return null;
  if (episode === "best" || episode === "latest") return { run, episode };
  return /^\d+$/.test(episode) ? { run, episode: Number(episode) } : { run, episode: "best" };
}

export const textOf = ({ run, episode }: Ref): string => `${run}:${episode}`;

/** The recording a reference means; null if it was not kept. */
export function meant({ episode }: Ref, recordings: readonly Recording[]): Recording | null {
  if (episode === "best") return bestOf(recordings);
  if (episode === "latest") return recordings.reduce<Recording | null>((last, one) => (!last || one.episode > last.episode ? one : last), null);
  return recordings.find((one) => one.episode === episode) ?? null;
}

/** Run ids in a picture, in order, each once. */
export const runsOf = (text: string | null): string[] => [...new Set((text ?? "").split(",").filter(Boolean))];
