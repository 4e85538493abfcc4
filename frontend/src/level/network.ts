import type { Level } from "@/api";

const linear = (from: number, to: number) => from * to + to;
const norm = (width: number) => 2 * width;
const conv = (from: number, to: number) => from * to * 9 + to;

/** Sizes of backend/hamlet/learning/networks.py. */
export const SIMPLE = { hidden: 128 } as const;
export const RECURRENT = { channels: [16, 32], vision: 128, side: 32, memory: 256, head: 128 } as const;

type Shape = Pick<Level, "observation" | "actions" | "meters">;
const length = (level: Shape, name: string) => {
  const field = level.observation.find((other) => other.name === name);
  return field ? field.stop - field.start : 0;
};
export const obsDim = (level: Pick<Level, "observation">): number => level.observation.at(-1)?.stop ?? 0;

/** Names of the observation's fields that a network reads; the recurrent one leaves the clock and the rest alone. */
export function reads(level: Pick<Level, "observation">, network: string): ReadonlySet<string> {
  const names = level.observation.map(({ name }) => name);
  return new Set(network === "recurrent" ? names.filter((name) => ["window", "position", "meters", "affordance_here"].includes(name)) : names);
}

/** Number of weights the network has on this level. */
export function weightsOf(level: Shape, network: string): number {
  const actions = level.actions.length;
  if (network !== "recurrent") {
    const { hidden } = SIMPLE;
    return linear(obsDim(level), hidden) + norm(hidden) + linear(hidden, hidden) + norm(hidden) + linear(hidden, actions);
  }
  const { channels, vision, side, memory, head } = RECURRENT;
  const encoders =
    conv(1, channels[0]) +
    conv(channels[0], channels[1]) +
    linear(channels[1] * length(level, "window"), vision) +
    norm(vision) +
    linear(length(level, "position"), side) +
    linear(length(level, "meters"), side) +
    linear(length(level, "affordance_here"), side);
  const read = vision + 3 * side;
  const lstm = 4 * memory * (read + memory) + 2 * 4 * memory;
  return encoders + lstm + norm(memory) + linear(memory, head) + norm(head) + linear(head, actions);
}
