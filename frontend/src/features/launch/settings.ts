import { format } from "@/ui";
import type { Scale } from "@/ui";
import { tr } from "@/words";

export type Value = string | number | boolean | null;
export type Config = Readonly<Record<string, Value>>;

/** One field of `TrainConfig` (backend/hamlet/learning/config.py), as its JSON schema tells it. */
export interface Setting {
  name: string;
  title: string;
  /** one sentence */
  text: string;
  source: string;
  group: string;
  default: Value;
  kind: "choice" | "switch" | "number" | "text";
  options: readonly string[];
  nullable: boolean;
  integer: boolean;
  min: number;
  max: number;
  /** the smallest value itself is not allowed */
  above: boolean;
  scale: Scale;
  /** applies only with this learner, this network, these other settings */
  learner: string | null;
  network: string | null;
  needs: Config;
  /** a fork may have it otherwise */
  fork: boolean;
}

interface Property {
  title?: string;
  description?: string;
  type?: string;
  enum?: string[];
  anyOf?: Property[];
  default?: Value;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  group?: string;
  source?: string;
  scale?: string;
  learner?: string;
  network?: string;
  needs?: Config;
  fork?: boolean;
}

/** The settings of a JSON schema, in its order. */
export function settingsOf(schema: unknown): Setting[] {
  const properties = (schema as { properties?: Record<string, Property> }).properties ?? {};
  return Object.entries(properties).map(([name, property]) => {
    const kinds = property.anyOf ?? [property];
    const core = { ...property, ...kinds.find((kind) => kind.type !== "null") };
    const above = core.minimum === undefined && core.exclusiveMinimum !== undefined;
    const min = core.minimum ?? core.exclusiveMinimum ?? -Infinity;
    const max = core.maximum ?? Infinity;
    return {
      name,
      title: property.title ?? name,
      text: property.description ?? "",
      source: property.source ?? "",
      group: property.group ?? "run",
      default: property.default ?? null,
      kind: core.enum ? "choice" : core.type === "boolean" ? "switch" : core.type === "number" || core.type === "integer" ? "number" : "text",
      options: core.enum ?? [],
      nullable: kinds.some((kind) => kind.type === "null"),
      integer: core.type === "integer",
      min,
      max,
      above,
      scale: property.scale === "log" ? "log" : max < 1 && max > 0.99 ? "one" : "linear",
      learner: property.learner ?? null,
      network: property.network ?? null,
      needs: property.needs ?? {},
      fork: property.fork === true,
    } satisfies Setting;
  });
}

export const defaultsOf = (settings: readonly Setting[]): Config => Object.fromEntries(settings.map(({ name, default: value }) => [name, value]));

/** Whether a setting has an effect beside the others; one without is not shown and not sent. */
export function applies(setting: Setting, config: Config, network: string): boolean {
  if (setting.learner && setting.learner !== config["learner"]) return false;
  if (setting.network && setting.network !== network) return false;
  return Object.entries(setting.needs).every(([name, value]) => config[name] === value);
}

/** What differs from the defaults and has an effect: this is sent, and this is what run.yaml shows. */
export function differences(settings: readonly Setting[], config: Config, network: string): Config {
  return Object.fromEntries(
    settings
      .filter((setting) => applies(setting, config, network) && config[setting.name] !== setting.default)
      .map(({ name }) => [name, config[name] ?? null]),
  );
}

/** What is wrong with a value, in the words the server would use; undefined where nothing is. */
export function problem(setting: Setting, value: Value): string | undefined {
  if (setting.kind !== "number") return undefined;
  if (value === null) return setting.nullable ? undefined : tr("must be a number");
  const { min, max, above, integer } = setting;
  const number = Number(value);
  if (!Number.isFinite(number)) return tr("must be a number");
  if (integer && !Number.isInteger(number)) return tr("must be a whole number");
  if (number > max || number < min || (above && number === min)) return above
      ? tr("{number} is outside; allowed is above {min} to {max}", { number: written(number), min: written(min), max: written(max) })
      : tr("{number} is outside; allowed is {min} to {max}", { number: written(number), min: written(min), max: written(max) });
  return undefined;
}

/** A number as one would type it. */
export const written = (value: number): string => (Number.isInteger(value) ? format.count(value) : format.plain(value));

/** The settings as far as this level allows them: the recurrent network reads a window, so it needs one. */
export function allowed(settings: readonly Setting[], sight: number | null | undefined): readonly Setting[] {
  if (sight !== null) return settings;
  return settings.map((setting) => (setting.name === "network" ? { ...setting, options: setting.options.filter((option) => option !== "recurrent") } : setting));
}

/** The network that is built: `network`, with auto resolved by what the level shows. */
export const networkOf = (config: Config, sight: number | null | undefined): "simple" | "recurrent" => {
  const network = config["network"];
  if (network === "simple" || network === "recurrent") return network;
  return sight === null || sight === undefined ? "simple" : "recurrent";
};

/** A flat map as YAML. */
export function yaml(config: Config): string {
  const scalar = (value: Value) => {
    if (typeof value === "number") return value !== 0 && Math.abs(value) < 1e-4 ? value.toExponential().replace(/^(\d+)e/, "$1.0e") : String(value);
    if (typeof value !== "string") return String(value);
    return /^[A-Za-z][\w-]*$/.test(value) && !/^(true|false|null|yes|no|on|off)$/i.test(value) ? value : JSON.stringify(value);
  };
  return Object.entries(config)
    .map(([key, value]) => `${key}: ${scalar(value)}`)
    .join("\n");
}
