import { useState } from "react";
import { Link } from "react-router";
import { About, Bell, useRest } from "@/chrome";
import { Icon, Segmented, useTheme } from "@/ui";
import { paths } from "@/paths";
import { format } from "@/ui";
import { named, tr } from "@/words";
import { Below } from "./Below";
import { Drains, Meters } from "./Body";
import { LiveButton, PlayButton } from "./Dock";
import { EventList } from "./Events";
import { Lifeline } from "./Lifeline";
import { amount, CRITICAL, hueOf, markOf, tiersOf } from "./level";
import { Decision, Dice, Values } from "./Mind";
import { Now } from "./Now";
import { PaceRow } from "./Pace";
import { Sheet } from "./Sheet";
import type { Overlays } from "./scene";
import { scrub } from "./store";
import { useWatch } from "./usePlayer";
import { useShown } from "./useShown";
import { Stage } from "./World";
import { Map } from "./Watch";
import type { ViewProps } from "./Watch";

type Tab = "mind" | "events" | "more" | "body";

/** One screen without scrolling: board, meters, one panel, the lifeline. */
export function Phone(view: ViewProps) {
  const { run, level, town, player, live } = view;
  const { life, t, moment, still } = useShown(player);
  const [tab, setTab] = useState<Tab>("mind");
  const tabs = [
    { value: "mind", label: tr("Mind") },
    { value: "events", label: tr("Events") },
    { value: "more", label: view.panel.label },
    { value: "body", label: tr("Body") },
  ] as const;
  const [menu, setMenu] = useState(false);
  const [about, setAbout] = useState(false);
  return (
    <div className="phone">
      <header className="pt">
        <Link className="b" to={paths.home()} aria-label={tr("All runs")}>
          <Icon name="caret-left" weight="bold" />
        </Link>
        <button type="button" className="nm" aria-haspopup="dialog" onClick={() => setMenu(true)}>
          <h1>{run.name}</h1>
          <small>
            {life ? tr("Episode {number}", { number: format.count(life.number) }) : named(run.level_title)}
            {run.stage !== null && ` · ${tr("stage {stage}", { stage: run.stage })}`}
          </small>
        </button>
        {view.compact}
      </header>
      <main id="main" tabIndex={-1}>
        {view.notice}
        {town.day !== null && life && moment && <Now town={town} life={life} moment={moment} compact />}
        <section className="pb" aria-label={tr("World")} style={{ ["--ratio" as string]: `${level.width} / ${level.height}` }}>
          <Stage run={run.id} name={run.name} crowd={view.crowd} counted={view.counted} level={level} town={town} player={player} overlays={view.overlays} policy={view.policy} short coords={false} onPlace={view.onPlace} onGrid={view.onGrid} />
        </section>
        {view.mapped && <Map {...view} />}
        <Columns view={view} />
        <section className="sh">
          <Segmented label={tr("Panel")} options={tabs} value={tab} onChange={setTab} full />
          {tab === "mind" && (
            <div className="panel" role="region" aria-label={tr("Mind")} tabIndex={0}>
              <Values level={level} town={town} life={life} moment={moment} still={still} />
              <Decision level={level} life={life} choice={moment?.choice ?? null} />
              <Dice life={life} moment={moment} />
            </div>
          )}
          {tab === "events" && (
            <div className="panel" role="region" aria-label={tr("Events")}>
              <EventList level={level} life={life} t={t} onPick={(at) => player.act((w, now) => scrub(w, at, now))} />
            </div>
          )}
          {tab === "more" && (
            <div className="panel" tabIndex={0} role="group" aria-label={tr("{label}, scrolls", { label: view.panel.label })}>
              {view.panel.content}
              <Below run={run} level={level} player={player} counted={view.counted} />
            </div>
          )}
          {tab === "body" && (
            <div className="panel" role="region" aria-label={tr("Body")} tabIndex={0}>
              <Drains level={level} moment={moment} />
              <Meters level={level} life={life} moment={moment} still={still} />
            </div>
          )}
        </section>
        <footer className="bt" aria-label={tr("Timeline")}>
          <PlayButton player={player} />
          <Lifeline level={level} player={player} flags={view.flags} small />
          {live && <LiveButton player={player} resting={run.state === "paused"} short />}
        </footer>
      </main>
      <Menu view={view} open={menu} onClose={() => setMenu(false)} onAbout={() => setAbout(true)} />
      <About run={run} open={about} onClose={() => setAbout(false)} />
    </div>
  );
}

/** The meters as eight columns under the board. */
function Columns({ view }: { view: ViewProps }) {
  const { level, player } = view;
  const { moment, still } = useShown(player);
  const meters = tiersOf(level).flatMap((tier) => tier.meters);
  return (
    <div className={still ? "vm still" : "vm"} role="group" aria-label={tr("Meters")} style={{ ["--columns" as string]: meters.length }}>
      {meters.map(({ meter, index }) => {
        const value = moment?.meters[index] ?? 0;
        const mark = markOf(level, meter);
        const low = mark !== null && value < mark;
        return (
          <div
            key={meter.name}
            className={low ? (value < CRITICAL ? "lo crit" : "lo") : undefined}
            role="meter"
            aria-label={meter.title}
            aria-valuenow={Math.round(value * 100)}
            aria-valuemin={0}
            aria-valuemax={100}
            data-notick={mark === null || undefined}
            style={{ ["--c" as string]: hueOf(meter), ["--p" as string]: `${value * 100}%`, ["--mark" as string]: `${(mark ?? 0) * 100}%` }}
          >
            <b>{amount(meter, value)}</b>
            <span className="v">
              <i />
            </span>
            <Icon name={meter.icon} weight="fill" />
          </div>
        );
      })}
    </div>
  );
}

/** What the top bar holds elsewhere: the run's other page, overlays, theme, stop. */
function Menu({ view, open, onClose, onAbout }: { view: ViewProps; open: boolean; onClose: () => void; onAbout: () => void }) {
  const { run, town, overlays, setOverlays, crowd } = view;
  const { theme, toggle } = useTheme();
  const field = (name: Exclude<Overlays["field"], null>) => () => setOverlays({ field: overlays.field === name ? null : name });
  const number = useWatch(view.player, (w) => w.stage?.number ?? null);
  return (
    <Sheet open={open} title={run.name} onClose={onClose}>
      <h2>{run.name}</h2>
      <p className="m2">
        {`${named(run.level_title)} · ${tr("seed {seed}", { seed: String(run.seed) })}`}
      </p>
      <div className="menu">
        <Link to={view.page === "watch" ? paths.replay(run.id) : paths.watch(run.id)}>
          <Icon name={view.page === "watch" ? "clock-counter-clockwise" : "eye"} />
          {view.page === "watch" ? tr("Replay") : tr("Watch")}
        </Link>
        <Link to={paths.compareLives(`${run.id}:${view.page === "replay" && number !== null ? number : "best"}`)}>
          <Icon name="columns" />
          {tr("Compare")}
        </Link>
        <Link to={paths.model(run.id)}>
          <Icon name="cube" />
          {tr("Model")}
        </Link>
        <button type="button" onClick={() => { onClose(); onAbout(); }}>
          <Icon name="info" />
          {tr("Name, notes, tags; clone, fork")}
        </button>
        <Link to={paths.guide(run.level)}>
          <Icon name="book-open-text" />
          {tr("Field guide")}
        </Link>
        <button type="button" aria-pressed={overlays.trail} disabled={crowd.on} onClick={() => setOverlays({ trail: !overlays.trail })}>
          <Icon name="path" />
          {tr("Trail")}
        </button>
        <button type="button" aria-pressed={overlays.field === "heat"} disabled={crowd.on} onClick={field("heat")}>
          <Icon name="fire" />
          {tr("Heat of this life")}
        </button>
        <button type="button" aria-pressed={overlays.field === "visits"} disabled={crowd.on} onClick={field("visits")}>
          <Icon name="fire" />
          {tr("Heat of all lives")}
        </button>
        {view.curious && (
          <button type="button" aria-pressed={overlays.field === "novelty"} disabled={crowd.on} onClick={field("novelty")}>
            <Icon name="sparkle" />
            {tr("Novelty")}
          </button>
        )}
        <button type="button" aria-pressed={overlays.field === "policy"} disabled={crowd.on} onClick={field("policy")}>
          <Icon name="compass" />
          {tr("Policy")}
        </button>
        {town.sight !== null && (
          <button type="button" aria-pressed={overlays.field === "sight"} disabled={crowd.on} onClick={field("sight")}>
            <Icon name="crosshair-simple" />
            {tr("Sight")}
          </button>
        )}
        {crowd.toggle && (
          <button type="button" aria-pressed={crowd.on} onClick={() => { onClose(); crowd.toggle?.(); }}>
            <Icon name="users" />
            {tr("All lives")}
          </button>
        )}
        <button type="button" onClick={() => { onClose(); view.onWhatIf(); }}>
          <Icon name="question" />
          {tr("What would it do here?")}
        </button>
        <button type="button" onClick={() => { onClose(); view.onText(); }}>
          <Icon name="list" />
          {tr("As text")}
        </button>
        <button type="button" onClick={toggle}>
          <Icon name={theme === "dark" ? "sun" : "moon"} />
          {theme === "dark" ? tr("Light theme") : tr("Dark theme")}
        </button>
        {view.live && <PaceRow run={run} />}
        <Bell at={run.bell_at} />
        {view.live && <Rest run={run} onClose={onClose} />}
        {view.stop && (
          <button type="button" disabled={run.state === "stopping"} onClick={() => { onClose(); view.stop?.(); }}>
            <Icon name="stop-circle" />
            {tr("Stop the run")}
          </button>
        )}
      </div>
    </Sheet>
  );
}

/** Pause or resume the training, as a row of the menu. */
function Rest({ run, onClose }: Pick<ViewProps, "run"> & { onClose: () => void }) {
  const { pause, resume } = useRest(run);
  const deed = pause ?? resume;
  if (!deed) return null;
  return (
    <button type="button" onClick={() => { onClose(); deed(); }}>
      <Icon name={pause ? "pause" : "play"} />
      {pause ? tr("Pause training") : tr("Resume training")}
    </button>
  );
}
