import { describe, expect, test } from "vitest";
import { obsDim, reads, weightsOf } from "@/level";
import { DAY_AND_NIGHT, LEVELS, run, TOWN } from "@/testing/data";
import settingsFile from "@/testing/fixtures/settings.json";
import { expectation, similar } from "./expect";
import { randomName } from "./names";
import { epsilonAt, halfAt } from "./schedule";
import { applies, defaultsOf, differences, networkOf, problem, settingsOf, yaml } from "./settings";

const SETTINGS = settingsOf(settingsFile.schema);
const DEFAULTS = defaultsOf(SETTINGS);
const setting = (name: string) => SETTINGS.find((other) => other.name === name)!;

describe("the settings", () => {
  test("are all drawn: each has a title, a sentence, a group with a card, and a control", () => {
    for (const { name, title, text, group, kind, options } of SETTINGS) {
      expect(title, name).not.toBe(name);
      expect(text, name).toMatch(/\.$/);
      expect(["world", "sight", "brain", "exploration", "curriculum", "run"], name).toContain(group);
      if (kind === "text") expect(name).toBe("level");
      if (kind === "choice") expect(options.length, name).toBeGreaterThan(1);
    }
  });

  test("with a range are numbers with that range", () => {
    expect(setting("learning_rate")).toMatchObject({ kind: "number", min: 1e-6, max: 0.1, scale: "log" });
    expect(setting("gamma")).toMatchObject({ scale: "one", max: 0.9999 });
    expect(setting("episodes")).toMatchObject({ kind: "number", nullable: true, integer: true, min: 1 });
    expect(setting("gradient_clip")).toMatchObject({ above: true, min: 0 });
  });

  test("of the other learner, of another network or without their condition do not apply", () => {
    expect(applies(setting("trace"), DEFAULTS, "simple")).toBe(true);
    expect(applies(setting("trace"), { ...DEFAULTS, learner: "dqn" }, "simple")).toBe(false);
    expect(applies(setting("sequence"), { ...DEFAULTS, learner: "dqn" }, "simple")).toBe(false);
    expect(applies(setting("curiosity_weight"), DEFAULTS, "simple")).toBe(false);
    expect(applies(setting("curiosity_weight"), { ...DEFAULTS, curiosity: true }, "simple")).toBe(true);
  });

  test("are sent only where they differ and have an effect", () => {
    expect(differences(SETTINGS, DEFAULTS, "simple")).toEqual({});
    const config = { ...DEFAULTS, gamma: 0.99, curiosity_weight: 0.5, seed: 7 };
    expect(differences(SETTINGS, config, "simple")).toEqual({ gamma: 0.99, seed: 7 });
  });

  test("out of their range say what is allowed", () => {
    expect(problem(setting("learning_rate"), 5)).toBe("5 is outside; allowed is 1e-6 to 0.1");
    expect(problem(setting("lanes"), 2.5)).toBe("must be a whole number");
    expect(problem(setting("gradient_clip"), 0)).toBe("0 is outside; allowed is above 0 to 1,000");
    expect(problem(setting("episodes"), null)).toBeUndefined();
    expect(problem(setting("seed"), "seven")).toBe("must be a number");
    expect(problem(setting("gamma"), 0.99)).toBeUndefined();
  });
});

test("auto takes the recurrent network where the level shows a window", () => {
  expect(networkOf(DEFAULTS, TOWN.sight)).toBe("simple");
  expect(networkOf(DEFAULTS, DAY_AND_NIGHT.sight)).toBe("recurrent");
  expect(networkOf({ ...DEFAULTS, network: "simple" }, DAY_AND_NIGHT.sight)).toBe("simple");
});

test("the number of weights is the one torch counts", () => {
  for (const [name, { level, weights }] of Object.entries(LEVELS))
    for (const [network, count] of Object.entries(weights)) expect(weightsOf(level, network), `${name} ${network}`).toBe(count);
});

test("the recurrent network does not read clock, progress and age", () => {
  expect(obsDim(DAY_AND_NIGHT)).toBe(54);
  expect([...reads(DAY_AND_NIGHT, "recurrent")]).toEqual(["window", "position", "meters", "affordance_here"]);
  expect(reads(DAY_AND_NIGHT, "simple").size).toBe(DAY_AND_NIGHT.observation.length);
});

describe("the dice", () => {
  const config = { epsilon_start: 1, epsilon_end: 0.1, epsilon_fraction: 0.4 };
  test("fall in a straight line and then stay", () => {
    expect([0, 0.2, 0.4, 1].map((at) => epsilonAt(config, at))).toEqual([1, 0.55, 0.1, 0.1].map((value) => expect.closeTo(value)));
  });
  test("that never fall are at their end from the start", () => {
    expect(epsilonAt({ ...config, epsilon_fraction: 0 }, 0)).toBe(0.1);
  });
  test("choose half of the steps up to a point, if they ever choose more", () => {
    expect(halfAt(config)).toBeCloseTo((0.5 / 0.9) * 0.4);
    expect(halfAt({ ...config, epsilon_start: 0.3 })).toBeNull();
    expect(halfAt({ ...config, epsilon_end: 0.6 })).toBeNull();
  });
});

describe("what to expect", () => {
  const alike = [
    run({ id: "a", state: "finished", best: 400, steps_per_second: 50_000 }),
    run({ id: "b", state: "finished", best: 612.4, steps_per_second: 40_000 }),
    run({ id: "c", state: "finished", best: 900, level: "L3_temporal_mechanics" }),
    run({ id: "d", state: "stopped", best: 50 }),
  ];
  const config = { ...DEFAULTS };
  test("comes from finished runs of the same level, learner and network only", () => {
    expect(similar(alike, config, "simple").map(({ id }) => id)).toEqual(["a", "b"]);
    expect(expectation(similar(alike, config, "simple"), 3_000_000)).toEqual({ runs: 2, survival: [400, 612], seconds: 60 });
  });
  test("is nothing where there is no such run", () => {
    expect(expectation([], 3_000_000)).toEqual({ runs: 0, survival: null, seconds: null });
  });
});

test("run.yaml is YAML: words that would be something else are quoted, small numbers stay numbers", () => {
  expect(yaml({ level: "L1_full_observability", gamma: 0.99, learning_rate: 0.00001, episodes: null, curiosity: true, odd: "no" })).toBe(
    'level: L1_full_observability\ngamma: 0.99\nlearning_rate: 1.0e-5\nepisodes: null\ncuriosity: true\nodd: "no"',
  );
});

test("a random name is not one that is taken", () => {
  const chance = [0, 0, 0.5, 0.5];
  expect(randomName(new Set(["alder-01"]), () => chance.shift()!)).not.toBe("alder-01");
});
