import { useQuery } from "@tanstack/react-query";
import { runsQuery } from "@/api";
import { endTitle, offAir, recordingsQuery, wordOf } from "@/features/watch/parts";
import { format } from "@/ui";
import { tr } from "@/words";
import type { Ref } from "./address";
import type { Half } from "./Episodes";

/** Which life stands on this side: its run and its number, and in short what became of it. */
export function Picker({ half, onChange }: { half: Half; onChange: (ref: Ref) => void }) {
  const { letter, ref, life, level } = half;
  const runs = useQuery(runsQuery).data ?? [];
  const kept = useQuery({ ...recordingsQuery(ref?.run ?? ""), enabled: ref !== null, ...offAir(half.run) }).data ?? [];
  const shown = life?.number ?? (typeof ref?.episode === "number" ? ref.episode : null);
  return (
    <section className="card side-pick" aria-label={tr("Life {letter}", { letter })}>
      <span className="tag" data-side={letter} aria-hidden="true">
        {letter}
      </span>
      <div className="choices">
        <select aria-label={tr("Run of {letter}", { letter })} value={ref?.run ?? ""} onChange={(event) => onChange({ run: event.target.value, episode: "best" })}>
          {!ref && <option value="">{tr("Choose a run")}</option>}
          {ref && !runs.some(({ id }) => id === ref.run) && <option value={ref.run}>…</option>}
          {runs.map((run) => (
            <option key={run.id} value={run.id}>
              {run.name}
            </option>
          ))}
        </select>
        {ref && (
          <select aria-label={tr("Episode of {letter}", { letter })} value={shown ?? ""} onChange={(event) => onChange({ run: ref.run, episode: /^\d+$/.test(event.target.value) ? Number(event.target.value) : (event.target.value as Ref["episode"]) })}>
            {shown === null && <option value="">…</option>}
            {shown !== null && !kept.some(({ episode }) => episode === shown) && <option value={shown}>{tr("episode {number}", { number: format.count(shown) })}</option>}
            <option value="best">{tr("the best kept")}</option>
            <option value="latest">{tr("the latest kept")}</option>
            {kept.map(({ episode, steps, reasons }) => (
              <option key={episode} value={episode}>
                {[tr("episode {number}", { number: format.count(episode) }), level && reasons.map((reason) => wordOf(reason, level)).join(", "), tr("{steps} steps", { steps: format.count(steps) })].filter(Boolean).join(" · ")}
              </option>
            ))}
          </select>
        )}
        {life && (
          <small>
            {life.meta.stage !== null && `${tr("Stage {stage}", { stage: life.meta.stage })} · `}ε {format.fixed(life.meta.epsilon, 2)}
          </small>
        )}
      </div>
      {life?.end && level && (
        <span className="outcome">
          {format.count(life.end.steps)}
          <small>{endTitle(level, life)}</small>
        </span>
      )}
    </section>
  );
}
