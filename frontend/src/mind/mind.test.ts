import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { LEVELS, TOWN } from "@/testing/data";
import moments from "@/testing/fixtures/moments.json";
import { readNpz } from "@/testing/npz";
import { maskAt, observe } from "./observe";
import type { Situation } from "./observe";
import { along, everywhere, greedyOf, marginOf, policyOf, seen } from "./policy";
import { LocalThinker } from "./thinker";

const GOLDEN = join(import.meta.dirname, "../../../tests/model/golden");
const bytes = (name: string): ArrayBuffer => Uint8Array.from(readFileSync(join(GOLDEN, name))).buffer;

type Told = Situation & { obs: number[]; mask: number[] };
const WORLDS = Object.entries(moments as unknown as Record<string, { layout: Record<string, [number, number]>; moments: Told[] }>);

describe.each(WORLDS)("in %s", (name, { layout, moments }) => {
  const { level } = LEVELS[name]!;
  it("the page sees what the agent sees, to the last bit", () => {
    for (const told of moments) expect(observe(level, layout, told)).toEqual(Float32Array.from(told.obs));
  });
  it("and knows what it may do", () => {
    for (const told of moments) expect([...maskAt(level, layout, told)]).toEqual(told.mask);
    expect(moments[0]!.mask.some(Boolean)).toBe(false);
  });
});

describe.each(["simple", "recurrent"])("a %s mind", (network) => {
  const { obs, q_values } = readNpz(join(GOLDEN, `model1_${network}.npz`));
  const [steps, lanes, width] = obs!.shape as [number, number, number];
  const actions = q_values!.shape[2]!;
  const row = (t: number, lane: number) => obs!.data.subarray((t * lanes + lane) * width, (t * lanes + lane + 1) * width);

  it("answers as torch did, to 1e-5, with the memory of the life so far", async () => {
    const thinker = new LocalThinker();
    expect(await thinker.load(bytes(`model1_${network}.safetensors`))).toEqual({ obsDim: width, actions, remembers: network === "recurrent" });
    let largest = 0;
    for (let lane = 0; lane < lanes; lane++) {
      thinker.live(0, new Float32Array(0));
      for (let t = 0; t < steps; t++) {
        const answer = await thinker.ask({ obs: row(t, lane), moments: t });
        answer.forEach((value, i) => (largest = Math.max(largest, Math.abs(value - q_values!.data[(t * lanes + lane) * actions + i]!))));
        thinker.live(t, row(t, lane));
      }
    }
    expect(largest).toBeLessThan(1e-5);
  });

  it("can be asked about earlier moments, and with its memory wiped", async () => {
    const thinker = new LocalThinker();
    await thinker.load(bytes(`model1_${network}.safetensors`));
    const life = new Float32Array(steps * width);
    for (let t = 0; t < steps; t++) life.set(row(t, 0), t * width);
    thinker.live(0, life);
    const late = await thinker.ask({ obs: row(5, 0), moments: 5 });
    const wiped = await thinker.ask({ obs: row(5, 0), moments: 0 });
    expect(await thinker.ask({ obs: row(5, 0), moments: 5 })).toEqual(late);
    late.forEach((value, i) => expect(value).toBeCloseTo(q_values!.data[5 * lanes * actions + i]!, 5));
    if (network === "recurrent") expect(wiped).not.toEqual(late);
    else expect(wiped).toEqual(late);
  });
});

it("says what is wrong with a file that is no mind", async () => {
  const damaged = bytes("model1_simple.safetensors");
  new Uint8Array(damaged)[damaged.byteLength - 5]! ^= 1;
  await expect(new LocalThinker().load(damaged)).rejects.toThrow("damaged");
  await expect(new LocalThinker().ask({ obs: new Float32Array(1), moments: 0 })).rejects.toThrow("no mind");
});

describe("the policy", () => {
  const { layout, moments: told } = (moments as unknown as Record<string, { layout: Record<string, [number, number]>; moments: Told[] }>)["L1_full_observability"]!;
  const here: Situation = { ...told[1]!, progress: 2 };
  it("is asked in every cell, and keeps a use under way only where the agent is", () => {
    const cells = everywhere(TOWN, here);
    expect(cells).toHaveLength(TOWN.width * TOWN.height);
    expect(cells.filter(({ progress }) => progress === 2)).toEqual([here]);
    expect(cells[TOWN.width * 2 + 3]).toMatchObject({ x: 3, y: 2, meters: here.meters });
    expect(seen(TOWN, layout, cells).slice(-91)).toEqual(observe(TOWN, layout, cells.at(-1)!).slice(-91));
  });
  it("takes the best allowed action, the first of equals", () => {
    expect(greedyOf([5, 7, 7, 9], [1, 1, 1, 0])).toBe(1);
    expect(greedyOf([5, 7], [0, 0])).toBeNull();
    expect(marginOf([5, 7, 2, 9], [1, 1, 1, 0])).toBe(2);
    expect(marginOf([5, 7], [0, 1])).toBe(0);
  });
  it("never points out of the town, nor uses a place that is not there", () => {
    const cells = everywhere(TOWN, here);
    // A mind that wants UP most, then INTERACT, everywhere.
    const order = TOWN.actions.map(({ name }) => (name === "UP" ? 4 : name === "INTERACT" ? 3 : name === "WAIT" ? 2 : 1));
    const answers = Float32Array.from(cells.flatMap(() => order));
    const policy = policyOf(TOWN, layout, cells, answers);
    policy.forEach((cell, i) => {
      const top = i < TOWN.width;
      const built = Object.values(layout).some(([x, y]) => y * TOWN.width + x === i);
      expect(TOWN.actions[cell!.action]!.name).toBe(top ? (built ? "INTERACT" : "WAIT") : "UP");
      // The second-best: INTERACT on a place, WAIT elsewhere; at the top UP falls out.
      expect(cell!.margin).toBe(top || built ? 1 : 2);
    });
  });
  it("bends one meter and leaves the others", () => {
    const bent = along(here, 2, 5);
    expect(bent.map(({ meters }) => meters[2])).toEqual([0, 0.25, 0.5, 0.75, 1]);
    expect(bent[4]!.meters[1]).toBe(Math.fround(here.meters[1]!));
  });
});
