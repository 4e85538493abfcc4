import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { STEERING, client, isPausable, isResting, maySteer, meQuery, runQuery, runsQuery, unwrap } from "@/api";
import type { Run } from "@/api";
import { Button, toast } from "@/ui";
import { tr } from "@/words";

type Deed = "pause" | "resume";

/** The training itself, for everybody: pauses it and lets it go on. Each is null where it cannot be, or is not one's to do. */
export function useRest(run: Run): { pause: (() => void) | null; resume: (() => void) | null } {
  const cache = useQueryClient();
  const steers = maySteer(useQuery(meQuery).data, run);
  const { mutate, isPending } = useMutation({
    mutationFn: (deed: Deed) => unwrap(client.POST(STEERING[deed], { params: { path: { id: run.id } } })),
    onSuccess: (changed) => {
      cache.setQueryData(runQuery(run.id).queryKey, changed);
      void cache.invalidateQueries({ queryKey: runsQuery.queryKey, exact: true });
    },
    onError: (error) => toast(error.message),
  });
  const may = (deed: Deed, can: boolean) => (steers && can && !isPending ? () => mutate(deed) : null);
  return { pause: may("pause", isPausable(run)), resume: may("resume", isResting(run) || run.state === "stopped" || run.state === "failed") };
}

interface Props {
  run: Run;
  size?: "sm";
  /** in a bar where words may have no room */
  tucked?: boolean;
  onPress?: () => void;
}

/** Nothing where the training cannot be paused. */
export function PauseButton({ run, size, tucked, onPress }: Props) {
  const { pause } = useRest(run);
  if (!pause) return null;
  return (
    <Button
      size={size}
      icon="pause"
      aria-label={tr("Pause training")}
      title={tr("The run rests, for everybody, and gives its worker to others; it goes on when it is resumed")}
      onClick={() => {
        pause();
        onPress?.();
      }}
    >
      <span className={tucked ? "tuck tuck-first" : undefined}>{tr("Pause training")}</span>
    </Button>
  );
}

/** Nothing where the training cannot be resumed. */
export function ResumeButton({ run, size, onPress }: Omit<Props, "tucked">) {
  const { resume } = useRest(run);
  if (!resume) return null;
  return (
    <Button
      size={size}
      icon="play"
      title={tr("From its newest checkpoint, to the end of its budget")}
      onClick={() => {
        resume();
        onPress?.();
      }}
    >
      {tr("Resume training")}
    </Button>
  );
}
