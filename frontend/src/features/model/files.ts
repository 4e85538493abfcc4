import type { Checkpoint, Model, ModelFormat } from "@/api";
import { tr } from "@/words";

type Precision = Model["precision"];
export interface Kind {
  format: ModelFormat;
  precision: Precision;
  icon: string;
  use: string;
}

export const FORMATS: readonly Kind[] = [
  { format: "zip", precision: "float32", icon: "file-zip", use: tr("Take home") },
  { format: "safetensors", precision: "float32", icon: "cube", use: "HamletModel" },
  { format: "safetensors", precision: "float16", icon: "cube", use: tr("Half the size") },
  { format: "pt", precision: "float32", icon: "fire", use: "PyTorch" },
  { format: "onnx", precision: "float32", icon: "code", use: tr("Any language") },
];

export const isOf = (model: Model, { format, precision }: Kind): boolean => model.format === format && model.precision === precision;
/** ".onnx", ".float16.safetensors" */
export const suffix = ({ format, precision }: Kind): string => `${precision === "float16" ? ".float16" : ""}.${format}`;

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

/** The model itself: the file that a HamletModel loads without torch, else what there is. */
export const preferred = (models: readonly Model[]): Model | undefined =>
  [...FORMATS.slice(1), FORMATS[0]!].map((kind) => models.find((model) => isOf(model, kind))).find((model) => model !== undefined) ?? models[0];

/** Size of the training checkpoint beside the models made from it. */
export const checkpointSize = (moment: Moment, checkpoint: Checkpoint | undefined): number | null =>
  checkpoint?.bytes ?? moment.models.find((model) => model.checkpoint_bytes !== null)?.checkpoint_bytes ?? null;
