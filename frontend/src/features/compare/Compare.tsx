import { useSearchParams } from "react-router";
import { LabBar } from "@/chrome";
import { Copy, Segmented, useKeys } from "@/ui";
import { tr } from "@/words";
import { refOf, runsOf, textOf } from "./address";
import { Episodes } from "./Episodes";
import { Race } from "./Race";
import { RunCurves } from "./RunCurves";
import "./compare.css";

const MODES = [
  { value: "episodes", label: tr("Episodes") },
  { value: "runs", label: tr("Runs") },
  { value: "race", label: tr("Race") },
] as const;
type Mode = (typeof MODES)[number]["value"];

/** Compare: where did two lives part, and did it matter; and what do the settings do over whole runs. */
export function Compare() {
  const [query, setQuery] = useSearchParams();
  const mode: Mode = query.has("runs") ? "runs" : query.has("race") ? "race" : "episodes";
  const to = (next: Mode) => {
    if (next === mode) return;
    const shown = { runs: runsOf(query.get("runs")), race: runsOf(query.get("race")), episodes: ["a", "b"].flatMap((side) => refOf(query.get(side))?.run ?? []) };
    const runs = [...new Set(shown[mode])];
    const after = new URLSearchParams();
    if (next === "runs") after.set("runs", runs.join(","));
    else if (next === "race") after.set("race", runs[0] ?? "");
    else ["a", "b"].forEach((side, i) => runs[i] && after.set(side, textOf({ run: runs[i], episode: "best" })));
    setQuery(after);
  };
  useKeys({ m: () => to(MODES[(MODES.findIndex(({ value }) => value === mode) + 1) % MODES.length]!.value) });
  return (
    <>
      <title>{`${tr("Compare")} · Hamlet`}</title>
      <LabBar page="compare" launch={false}>
        <span className="modes">
          <Segmented label={tr("Compare")} options={MODES} value={mode} onChange={to} />
        </span>
        <span className="hide-s">
          <Copy text={() => window.location.href} label={tr("Copy link")} />
        </span>
      </LabBar>
      {mode === "runs" ? <RunCurves /> : mode === "race" ? <Race /> : <Episodes />}
    </>
  );
}
