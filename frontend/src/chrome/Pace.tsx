import { useQuery } from "@tanstack/react-query";
import { settingsQuery } from "@/api";
import { format, Segmented, Slider } from "@/ui";
import { tr } from "@/words";

/** "2 steps/s", or "Full speed" for a run that is held to no pace. */
export const paceText = (pace: number | null): string =>
  pace === null ? tr("Full speed") : tr("{pace} step/s|{pace} steps/s", { n: pace, pace: format.plain(pace) });

/** A pace at which a class can say each step aloud. */
const CLASSROOM = 2;

const OPTIONS = [
  { value: "full", label: tr("Full speed"), hint: tr("It trains as fast as it can; the newest whole life is shown") },
  { value: "classroom", label: tr("Classroom"), hint: tr("It is held to a pace, so that all see the very step being trained") },
] as const;

/** Full speed, or the classroom's pace in steps a second. */
export function PacePicker({ value, onChange }: { value: number | null; onChange: (pace: number | null) => void }) {
  const limits = useQuery(settingsQuery).data?.limits;
  return (
    <div className="pace">
      <Segmented label={tr("Pace")} full options={OPTIONS} value={value === null ? "full" : "classroom"} onChange={(next) => onChange(next === "full" ? null : CLASSROOM)} />
      {value === null ? (
        <p className="hint">{tr("Trains as fast as it can. Each viewer sees the newest whole life at a speed of their own.")}</p>
      ) : (
        <>
          {limits && (
            <Slider
              label={tr("Steps a second")}
              scale="log"
              min={limits.slowest_pace}
              max={limits.fastest_pace}
              value={value}
              format={format.plain}
              describe={tr("Steps a second of the watched lane")}
              onChange={(next) => onChange(Math.min(limits.fastest_pace, Math.max(limits.slowest_pace, next)))}
            />
          )}
          <p className="hint">{tr("Training itself waits for each step: everybody sees the very step being trained.")}</p>
        </>
      )}
    </div>
  );
}
