import { useState } from "react";
import type { ReactNode } from "react";
import type { Level } from "@/api";
import { Icon } from "@/ui";
import { tr } from "@/words";
import type { Form } from "./form";
import { SettingControl } from "./SettingControl";
import { applies } from "./settings";
import type { Setting } from "./settings";

interface Props {
  title: string;
  note?: ReactNode;
  group: string;
  form: Form;
  level: Level | undefined;
  /** settings that stand under the picture, two by two; the group's others lie behind "More" */
  main: readonly string[];
  /** settings the picture itself sets */
  inPicture?: readonly string[];
  children?: ReactNode;
  /** after the settings */
  below?: ReactNode;
}

/** One idea of the run: its picture, the settings that matter most, and the rest of its group one press away. */
export function Card({ title, note, group, form, level, main, inPicture = [], children, below }: Props) {
  const [opened, setOpened] = useState(false);
  const live = form.settings.filter((setting) => setting.group === group && setting.kind !== "text" && applies(setting, form.config, form.network));
  const shown = main.map((name) => live.find((setting) => setting.name === name)).filter((setting): setting is Setting => setting !== undefined);
  const rest = live.filter(({ name }) => !main.includes(name) && !inPicture.includes(name));
  const wrong = rest.some(({ name }) => form.errors[name]);
  const open = opened || wrong;
  const changed = rest.filter(({ name, default: value }) => form.config[name] !== value).length;
  return (
    <section className="card step" aria-label={title}>
      <h2>
        {title}
        {note !== undefined && <small>{note}</small>}
      </h2>
      {children}
      {children !== undefined && <span className="grow" />}
      {shown.length > 0 && <div className="settings">{shown.map(draw)}</div>}
      {rest.length > 0 && open && <div className="settings rest">{rest.map(draw)}</div>}
      {below}
      {below !== undefined && <span className="grow" />}
      {rest.length > 0 && (
        <button type="button" className="more" aria-expanded={open} onClick={() => setOpened(!open)}>
          {open ? tr("Less") : tr("{n} more", { n: rest.length })}
          {!open && changed > 0 && <b>{tr("{n} changed", { n: changed })}</b>}
          <Icon name={open ? "caret-up" : "caret-down"} weight="bold" />
        </button>
      )}
    </section>
  );

  function draw(item: Setting) {
    return <SettingControl key={item.name} setting={item} form={form} fallback={fallbackOf(item.name, level)} />;
  }
}

/** What an absent value stands for: the level's own. */
function fallbackOf(name: string, level: Level | undefined): number | undefined {
  if (!level) return undefined;
  const { advance, retreat, entropy_gate } = level.curriculum;
  return { advance_at: advance, retreat_under: retreat, entropy_gate }[name];
}
