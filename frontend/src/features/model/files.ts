import type { Checkpoint, Model, ModelFormat } from "@/api";

export const FORMATS: readonly { format: ModelFormat; icon: string; use: string }[] = [
  { format: "safetensors", icon: "cube", use: "HamletModel" },
  { format: "pt", icon: "fire", use: "PyTorch" },
  { format: "onnx", icon: "code", use: "Any language" },
];

/** All files made from one moment of a run. */
export interface Moment {
  /** the checkpoint they were made from; files that name none stand together by their life */
  key: string;
  episode: number;
  models: readonly Model[];
}

/** The moments that have a model, the newest first. */
export function moments(models: readonly Model[]): Moment[] {
  const byKey = new Map<string, Model[]>();
  for (const model of models) {
    const key = model.checkpoint ?? `life-${model.episode}`;
    byKey.set(key, [...(byKey.get(key) ?? []), model]);
  }
  return [...byKey.entries()].map(([key, some]) => ({ key, episode: some[0]!.episode, models: some })).sort((a, b) => b.episode - a.episode);
}

/** The file to take home: the one a HamletModel loads without torch, else what there is. */
export const preferred = (models: readonly Model[]): Model | undefined =>
  FORMATS.map(({ format }) => models.find((model) => model.format === format)).find((model) => model !== undefined);

/** Size of the training checkpoint beside the models made from it. */
export const checkpointSize = (moment: Moment, checkpoint: Checkpoint | undefined): number | null =>
  checkpoint?.bytes ?? moment.models.find((model) => model.checkpoint_bytes !== null)?.checkpoint_bytes ?? null;
