import { useState } from "react";
import type { Level } from "@/api";
import { allowed, applies, defaultsOf, networkOf, problem } from "./settings";
import type { Config, Setting, Value } from "./settings";

/** The launch form: what is set, what has an effect, what is wrong. */
export interface Form {
  settings: readonly Setting[];
  config: Config;
  /** the network that would be built */
  network: "simple" | "recurrent";
  /** by setting: found here, or told by the server about the value it refused */
  errors: Readonly<Record<string, string>>;
  set: (name: string, value: Value) => void;
  /** start from a recipe: everything else goes back to its default, the level stays where the recipe names none */
  start: (from: Config) => void;
  refuse: (errors: Readonly<Record<string, string>>) => void;
}

export function useForm(all: readonly Setting[], initial: Config, level: Level | undefined): Form {
  const [chosen, setChosen] = useState<Config>(initial);
  // A refusal holds for the value that was refused, not for the next one.
  const [refused, setRefused] = useState<Readonly<Record<string, { value: Value; message: string }>>>({});
  const settings = allowed(all, level?.sight);
  const config: Config = { ...defaultsOf(settings), ...chosen };
  for (const { name, kind, options, default: value } of settings) {
    // A choice that this level does not offer falls back; it is there again on a level that does.
    if (kind === "choice" && !options.includes(String(config[name]))) Object.assign(config, { [name]: value });
  }
  const network = networkOf(config, level?.sight);
  const errors: Record<string, string> = {};
  for (const setting of settings) {
    if (!applies(setting, config, network)) continue;
    const value = config[setting.name] ?? null;
    const told = refused[setting.name];
    const found = problem(setting, value) ?? (told && told.value === value ? told.message : undefined);
    if (found) errors[setting.name] = found;
  }
  return {
    settings,
    config,
    network,
    errors,
    set: (name, value) => setChosen((before) => ({ ...before, [name]: value })),
    start: (from) => setChosen((before) => ({ ...(before["level"] === undefined ? {} : { level: before["level"] }), ...from })),
    refuse: (messages) => setRefused(Object.fromEntries(Object.entries(messages).map(([name, message]) => [name, { value: config[name] ?? null, message }]))),
  };
}
