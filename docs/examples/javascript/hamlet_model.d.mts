// What hamlet_model.mjs gives, for those who write TypeScript.

/** The memory of a mind that has one: what one step gives and the next one takes. */
export interface Memory {
  h: Float32Array;
  c: Float32Array;
}

export interface Answer {
  /** the best allowed action; 0 if nothing is allowed */
  action: number;
  /** Q-values of all actions, the forbidden ones too */
  q: Float32Array;
  /** to be given back at the next step; null for a mind without memory */
  hidden: Memory | null;
}

export class HamletModel {
  static load(buffer: ArrayBuffer): Promise<HamletModel>;
  readonly network: "simple" | "recurrent";
  readonly weights: Readonly<Record<string, { shape: number[]; data: Float32Array }>>;
  readonly contract: {
    readonly level: string;
    readonly level_digest: string;
    readonly obs_dim: number;
    readonly actions: readonly string[];
    readonly observation: readonly { name: string; start: number; stop: number; low: number; high: number }[];
  };
  readonly metadata: Readonly<Record<string, unknown>>;
  /** 0 for a mind without memory */
  readonly hiddenSize: number;
  predict(obs: ArrayLike<number>, options?: { hidden?: Memory | null; mask?: ArrayLike<boolean | number> | null }): Answer;
}
