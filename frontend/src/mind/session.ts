import type { Level } from "@/api";
import type { Layout } from "@/board";
import { momentOf } from "@/wire";
import type { Life, Moment } from "@/wire";
import type { Situation } from "./observe";
import { seen } from "./policy";
import type { Known, Thinker } from "./thinker";

/** Questions about a life at a moment. */
export interface Question {
  life: Life;
  /** moments the mind has behind it; 0 asks it with its memory wiped */
  moments: number;
  situations: readonly Situation[];
}

export const situationOf = ({ x, y, meters, hour, progress, t }: Moment): Situation => ({ x, y, meters, hour, progress, step: t });

/**
 * One mind and the life it is asked about. A mind with memory is told what the agent saw before, as far as it does not
 * know it: the memory is then what these weights would have kept of this life.
 */
export class Session {
  /** how many minds it has taken up */
  loads = 0;
  private known: Known | null = null;
  private told: { life: Pick<Life, "run" | "number">; moments: number } | null = null;

  constructor(
    private readonly thinker: Thinker,
    private readonly level: Level,
  ) {}

  /** Takes up another mind. Rejects, with a sentence for a person, what does not fit the level. */
  async load(bytes: ArrayBuffer): Promise<Known> {
    // Once it is under way, nothing that was told still counts.
    this.told = null;
    this.loads++;
    const known = await this.thinker.load(bytes);
    const width = this.level.observation.at(-1)?.stop;
    if (known.obsDim !== width || known.actions !== this.level.actions.length)
      throw new Error(`This mind sees ${known.obsDim} numbers; the level shows ${width}.`);
    this.known = known;
    return known;
  }

  /** Q-values of all actions, one row a situation. */
  ask({ life, moments, situations }: Question): Promise<Float32Array> {
    const layout: Layout = life.meta.layout;
    if (this.known?.remembers && moments > 0) this.tell(life, moments);
    return this.thinker.ask({ obs: seen(this.level, layout, situations), moments });
  }

  private tell(life: Life, moments: number): void {
    const same = this.told?.life.number === life.number && this.told.life.run === life.run;
    const from = same ? this.told!.moments : 0;
    if (same && from >= moments) return;
    const news = Array.from({ length: moments - from }, (_, i) => situationOf(momentOf(life, from + i)));
    this.thinker.live(from, seen(this.level, life.meta.layout, news));
    this.told = { life, moments };
  }
}
