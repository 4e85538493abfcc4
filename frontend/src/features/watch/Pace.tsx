import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { client, maySteer, meQuery, runQuery, unwrap } from "@/api";
import type { Run } from "@/api";
import { PacePicker, paceText, useDismiss } from "@/chrome";
import { Button, Icon, toast } from "@/ui";
import { tr } from "@/words";

/** Whoever drags the slider does not send every value on the way. */
const SETTLE = 250;

interface Wanted {
  pace: number | null;
}

/** The pace of a run, as it is wanted here and as the server has it. */
function usePace(run: Run) {
  const cache = useQueryClient();
  const [wanted, want] = useState<Wanted | null>(null);
  const unsent = useRef<Wanted | null>(null);
  const timer = useRef(0);
  const change = useMutation({
    scope: { id: `pace of ${run.id}` },
    mutationFn: ({ pace }: Wanted) => unwrap(client.PATCH("/api/v1/runs/{id}", { params: { path: { id: run.id } }, body: { pace } })),
    onSuccess: (changed) => cache.setQueryData(runQuery(run.id).queryKey, changed),
    onError: (error) => toast(error.message),
    onSettled: (_changed, _error, sent) => want((newest) => (newest === sent ? null : newest)),
  });
  const { mutate } = change;
  const send = useCallback(() => {
    window.clearTimeout(timer.current);
    if (unsent.current) mutate(unsent.current);
    unsent.current = null;
  }, [mutate]);
  // Whoever closes the menu at once has chosen all the same.
  useEffect(() => send, [send]);
  const set = (pace: number | null) => {
    unsent.current = { pace };
    want(unsent.current);
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(send, SETTLE);
  };
  return { pace: wanted ? wanted.pace : run.pace, set };
}

const useSteers = (run: Run) => maySteer(useQuery(meQuery).data, run);

/** Which pace the run is held to; who may steer it sets it here. */
export function Pace({ run }: { run: Run }) {
  const steers = useSteers(run);
  const { pace, set } = usePace(run);
  const [open, setOpen] = useState(false);
  const anchor = useDismiss<HTMLSpanElement>(open, () => setOpen(false));
  if (!steers) {
    return run.pace === null ? null : (
      <span className="chip lg" title={tr("The run is held to this pace, so that all see the very step being trained")}>
        <Icon name="gauge" />
        {paceText(run.pace)}
      </span>
    );
  }
  return (
    <span className="pop-anchor" ref={anchor}>
      <Button icon="gauge" aria-expanded={open} aria-label={tr("Pace: {pace}", { pace: paceText(pace) })} title={tr("The pace of the training, for everybody")} onClick={() => setOpen(!open)}>
        {paceText(pace)}
      </Button>
      {open && (
        <div className="pop pacepop" role="group" aria-label={tr("Pace of the training")}>
          <PacePicker value={pace} onChange={set} />
        </div>
      )}
    </span>
  );
}

/** The same in the phone's menu. */
export function PaceRow({ run }: { run: Run }) {
  const steers = useSteers(run);
  const { pace, set } = usePace(run);
  if (!steers) {
    return (
      <p className="pacerow">
        <Icon name="gauge" />
        {run.pace === null ? tr("Full speed") : tr("Held to {pace}", { pace: paceText(run.pace) })}
      </p>
    );
  }
  return (
    <div className="pacerow">
      <PacePicker value={pace} onChange={set} />
    </div>
  );
}
