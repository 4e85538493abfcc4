import { useSearchParams } from "react-router";
import { LabBar } from "@/chrome";
import { Segmented } from "@/ui";
import { refOf, runsOf, textOf } from "./address";
import { Episodes } from "./Episodes";
import { RunCurves } from "./RunCurves";
import "./compare.css";

const MODES = [
  { value: "episodes", label: "Episodes" },
  { value: "runs", label: "Runs" },
] as const;
type Mode = (typeof MODES)[number]["value"];

/** Compare: where did two lives part, and did it matter; and what do the settings do over whole runs. */
export function Compare() {
  const [query, setQuery] = useSearchParams();
  const mode: Mode = query.has("runs") ? "runs" : "episodes";
  const to = (next: Mode) => {
    if (next === mode) return;
    const runs = mode === "runs" ? runsOf(query.get("runs")) : ["a", "b"].flatMap((side) => refOf(query.get(side))?.run ?? []);
    const after = new URLSearchParams();
    if (next === "runs") after.set("runs", [...new Set(runs)].join(","));
    else ["a", "b"].forEach((side, i) => runs[i] && after.set(side, textOf({ run: runs[i], episode: "best" })));
    setQuery(after);
  };
  return (
    <>
      <title>Compare · Hamlet</title>
      <LabBar page="compare" launch={false}>
        <Segmented label="Compare" options={MODES} value={mode} onChange={to} />
      </LabBar>
      {mode === "runs" ? <RunCurves /> : <Episodes />}
    </>
  );
}
