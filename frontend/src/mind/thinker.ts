/**
 * Asks a mind many questions at once. The mind is the very file that students take home
 * (docs/examples/javascript/hamlet_model.mjs); a mind with memory also remembers a life, step by step.
 */
import { HamletModel } from "../../../docs/examples/javascript/hamlet_model.mjs";
import type { Memory } from "../../../docs/examples/javascript/hamlet_model.mjs";

/** Questions: `obs` has one observation after the other. */
export interface Questions {
  obs: Float32Array;
  /** with the memory of the first so many moments of the life told; 0 is a wiped one */
  moments: number;
}

/** A model's facts, for those who ask it. */
export interface Known {
  obsDim: number;
  actions: number;
  remembers: boolean;
}

export interface Thinker {
  /** Takes up another mind; the life is forgotten. Rejects with a sentence for a person. */
  load: (bytes: ArrayBuffer) => Promise<Known>;
  /** Tells what the agent saw, moment after moment, from number `from` on; what was told from there before is dropped. */
  live: (from: number, obs: Float32Array) => void;
  /** Q-values of all actions, one row a question. */
  ask: (questions: Questions) => Promise<Float32Array>;
}

export class LocalThinker implements Thinker {
  private model: HamletModel | null = null;
  private seen: Float32Array[] = [];
  /** memories[n] is what is remembered of the first n moments */
  private memories: (Memory | null)[] = [null];

  async load(bytes: ArrayBuffer): Promise<Known> {
    const model = await HamletModel.load(bytes);
    this.model = model;
    this.live(0, new Float32Array(0));
    return { obsDim: model.contract.obs_dim, actions: model.contract.actions.length, remembers: model.hiddenSize > 0 };
  }

  live(from: number, obs: Float32Array): void {
    if (!this.model) return;
    const width = this.model.contract.obs_dim;
    this.seen.length = Math.min(this.seen.length, from);
    this.memories.length = Math.min(this.memories.length, from + 1);
    for (let at = 0; at < obs.length; at += width) this.seen.push(obs.slice(at, at + width));
  }

  async ask({ obs, moments }: Questions): Promise<Float32Array> {
    const { model } = this;
    if (!model) throw new Error("no mind has been loaded");
    const hidden = model.hiddenSize ? this.remembered(model, moments) : null;
    const width = model.contract.obs_dim;
    const rows = obs.length / width;
    const actions = model.contract.actions.length;
    const answers = new Float32Array(rows * actions);
    for (let row = 0; row < rows; row++) answers.set(model.predict(obs.subarray(row * width, (row + 1) * width), { hidden }).q, row * actions);
    return answers;
  }

  private remembered(model: HamletModel, moments: number): Memory | null {
    const upTo = Math.min(moments, this.seen.length);
    while (this.memories.length <= upTo) {
      const last = this.memories.length - 1;
      this.memories.push(model.predict(this.seen[last]!, { hidden: this.memories[last] }).hidden);
    }
    return this.memories[upTo]!;
  }
}
