import { useQuery } from "@tanstack/react-query";
import { settingsQuery } from "@/api";
import { format, Segmented, Slider } from "@/ui";

/** "2 steps/s", or "Full speed" for a run that is held to no pace. */
export const paceText = (pace: number | null): string =>
  pace === null ? "Full speed" : `${format.plain(pace)} ${pace === 1 ? "step" : "steps"}/s`;

/** A pace at which a class can say each step aloud. */
const CLASSROOM = 2;

const OPTIONS = [
  { value: "full", label: "Full speed", hint: "It trains as fast as it can; the newest whole life is shown" },
  { value: "classroom", label: "Classroom", hint: "It is held to a pace, so that all see the very step being trained" },
] as const;

/** Full speed, or the classroom's pace in steps a second. */
export function PacePicker({ value, onChange }: { value: number | null; onChange: (pace: number | null) => void }) {
  const limits = useQuery(settingsQuery).data?.limits;
  return (
    <div className="pace">
      <Segmented label="Pace" full options={OPTIONS} value={value === null ? "full" : "classroom"} onChange={(next) => onChange(next === "full" ? null : CLASSROOM)} />
      {value === null ? (
        <p className="hint">Trains as fast as it can. Each viewer sees the newest whole life at a speed of their own.</p>
      ) : (
        <>
          {limits && (
            <Slider
              label="Steps a second"
              scale="log"
              min={limits.slowest_pace}
              max={limits.fastest_pace}
              value={value}
              format={format.plain}
              describe="Steps a second of the watched lane"
              onChange={(next) => onChange(Math.min(limits.fastest_pace, Math.max(limits.slowest_pace, next)))}
            />
          )}
          <p className="hint">Training itself waits for each step: everybody sees the very step being trained.</p>
        </>
      )}
    </div>
  );
}
