/** Puts imagined moments to a mind, one at a time: what comes while it thinks waits, the newest alone. */
import { useEffect, useRef, useState } from "react";
import type { Level } from "@/api";
import { along } from "@/mind";
import type { Session, Situation } from "@/mind";
import type { Life } from "@/wire";
import type { Taken } from "./useMind";
import { curveOf, POINTS } from "./whatif";
import type { Curve } from "./whatif";

export interface Answer {
  /** Q-values with the memory of the life, and with the memory wiped (the same for a mind without) */
  q: Float32Array;
  wiped: Float32Array;
  /** from the change to the answer, ms */
  took: number;
}

interface About {
  level: Level;
  life: Life;
  /** moments of the life that the mind has behind it */
  moments: number;
  remembers: boolean;
}

interface Wish {
  at: Situation;
  /** the curves are of the mind with its memory wiped */
  wipe: boolean;
  since: number;
}

interface Heard {
  answer: (answer: Answer) => void;
  curves: (curves: readonly Curve[]) => void;
  problem: (message: string) => void;
}

/** So many points of a curve are asked in one go: a new question waits no longer than for these. */
const BATCH = 3;

export class Asker {
  private next: Wish | null = null;
  private busy = false;
  private over = false;
  private ready = false;

  constructor(
    private readonly session: Pick<Session, "ask">,
    private readonly about: About,
    private readonly heard: Heard,
  ) {}

  /** Asks about this moment; an answer that is still to come for an earlier one may be left out. */
  ask(at: Situation, wipe: boolean): void {
    this.next = { at, wipe, since: performance.now() };
    void this.think();
  }

  /** No word from here on. */
  end(): void {
    this.over = true;
  }

  private async think(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    try {
      while (this.next && !this.over) await this.answer();
    } catch (error) {
      if (!this.over) this.heard.problem(error instanceof Error ? error.message : String(error));
    } finally {
      this.busy = false;
    }
  }

  private async answer(): Promise<void> {
    if (!this.ready) await this.remember();
    const wish = this.next;
    if (!wish || this.over) return;
    this.next = null;
    const q = await this.put([wish.at], false);
    const wiped = this.about.remembers ? await this.put([wish.at], true) : q;
    if (this.over) return;
    this.heard.answer({ q, wiped, took: performance.now() - wish.since });
    await this.bend(wish);
  }

  /** The life so far is recalled once, before the first question: it takes as long as the life is. */
  private async remember(): Promise<void> {
    if (this.about.remembers && this.next) await this.put([this.next.at], false);
    this.ready = true;
    if (this.next) this.next = { ...this.next, since: performance.now() };
  }

  private async bend({ at, wipe }: Wish): Promise<void> {
    const { level, life } = this.about;
    const curves: Curve[] = [];
    for (const meter of level.meters.keys()) {
      const situations = along(at, meter, POINTS);
      const answers = new Float32Array(POINTS * level.actions.length);
      for (let from = 0; from < POINTS; from += BATCH) {
        if (this.next || this.over) return;
        answers.set(await this.put(situations.slice(from, from + BATCH), wipe), from * level.actions.length);
      }
      curves.push(curveOf(level, life, situations, answers));
    }
    if (!this.next && !this.over) this.heard.curves(curves);
  }

  private put(situations: readonly Situation[], wiped: boolean): Promise<Float32Array> {
    const { life, moments } = this.about;
    return this.session.ask({ life, moments: wiped ? 0 : moments, situations });
  }
}

interface Told {
  by: Taken;
  answer: Answer | null;
  curves: readonly Curve[] | null;
  problem: string | null;
}

/** What the mind answers at `at`, and its response to each meter. */
export function useAnswers(level: Level, life: Life, moments: number, taken: Taken | null, at: Situation, wipe: boolean): Omit<Told, "by"> {
  const [told, setTold] = useState<Told | null>(null);
  const asker = useRef<Asker | null>(null);
  useEffect(() => {
    if (!taken) return;
    const tell = (news: Partial<Told>) =>
      taken.current() && setTold((before) => ({ answer: null, curves: null, problem: null, ...(before?.by === taken && before), by: taken, ...news }));
    const own = new Asker(taken.session, { level, life, moments, remembers: taken.remembers }, {
      answer: (answer) => tell({ answer }),
      curves: (curves) => tell({ curves }),
      problem: (problem) => tell({ problem }),
    });
    asker.current = own;
    return () => {
      own.end();
      asker.current = null;
    };
  }, [level, life, moments, taken]);
  useEffect(() => asker.current?.ask(at, wipe), [level, life, moments, taken, at, wipe]);
  return told && told.by === taken ? told : { answer: null, curves: null, problem: null };
}
