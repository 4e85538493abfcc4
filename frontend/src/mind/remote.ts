import { tr } from "@/words";
import type { Known, Questions, Thinker } from "./thinker";

export type Request = { kind: "load"; bytes: ArrayBuffer } | { kind: "live"; from: number; obs: Float32Array } | { kind: "ask"; questions: Questions };
export type Reply = { id: number; value: unknown } | { id: number; error: string };

/** A thinker in a thread of its own; in this one where there are no threads. `end` lets it go. */
export function startThinker(): { thinker: Thinker; end: () => void } {
  if (typeof Worker === "undefined") return { thinker: thinkHere(), end: () => undefined };
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  const waiting = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  let count = 0;
  let broken: Error | null = null;
  worker.onmessage = ({ data }: MessageEvent<Reply>) => {
    const call = waiting.get(data.id);
    waiting.delete(data.id);
    if ("error" in data) call?.reject(new Error(data.error));
    else call?.resolve(data.value as never);
  };
  worker.onerror = () => {
    broken = new Error(tr("The mind could not be started in this browser."));
    for (const { reject } of waiting.values()) reject(broken);
    waiting.clear();
  };
  const send = <T>(request: Request): Promise<T> =>
    new Promise((resolve, reject) => {
      if (broken) return reject(broken);
      waiting.set(++count, { resolve, reject });
      worker.postMessage({ id: count, request });
    });
  return {
    thinker: {
      load: (bytes) => send<Known>({ kind: "load", bytes }),
      // What was not told shows in the next answer, which fails as well.
      live: (from, obs) => void send({ kind: "live", from, obs }).catch(() => undefined),
      ask: (questions) => send<Float32Array>({ kind: "ask", questions }),
    },
    end: () => worker.terminate(),
  };
}

/** The model's code is fetched here only where it cannot be in a thread. */
function thinkHere(): Thinker {
  const fetched = import("./thinker").then(({ LocalThinker }) => new LocalThinker());
  return {
    load: async (bytes) => (await fetched).load(bytes),
    live: (from, obs) => void fetched.then((thinker) => thinker.live(from, obs)),
    ask: async (questions) => (await fetched).ask(questions),
  };
}
