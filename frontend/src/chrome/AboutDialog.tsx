import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useLocation, useNavigate } from "react-router";
import { ApiError, client, isActive, maySteer, meQuery, runsQuery, settingsQuery, unwrap } from "@/api";
import type { Run } from "@/api";
import { paths } from "@/paths";
import { Button, Dialog, ErrorText, Field, format, Icon, toast } from "@/ui";
import { tr } from "@/words";
import { PauseButton, ResumeButton } from "./Rest";
import { recipe } from "./run";
import { ForkedFrom, Tags } from "./Tags";

interface Props {
  run: Run;
  onClose: () => void;
}

/** Name, notes and tags of a run; who may steer it changes them here, clones it and deletes it. */
export function AboutDialog({ run, onClose }: Props) {
  const steers = maySteer(useQuery(meQuery).data, run);
  const [deleting, setDeleting] = useState(false);
  if (deleting) return <Delete run={run} onClose={onClose} />;
  return steers ? <Edit run={run} onClose={onClose} onDelete={() => setDeleting(true)} /> : <Read run={run} onClose={onClose} />;
}

function Read({ run, onClose }: Props) {
  const launches = useQuery(meQuery).data?.launches;
  return (
    <Dialog open title={run.name} onClose={onClose} actions={<Button onClick={onClose}>{tr("Close")}</Button>}>
      <Recipe run={run} />
      <Tags tags={run.tags} />
      <p className="about-text">{run.notes || <span className="m3">{tr("Nobody has written anything about this run.")}</span>}</p>
      {launches && (
        <div className="about-deeds">
          <Branches run={run} onClose={onClose} />
        </div>
      )}
    </Dialog>
  );
}

function Edit({ run, onClose, onDelete }: Props & { onDelete: () => void }) {
  const [name, setName] = useState(run.name);
  const [tags, setTags] = useState(run.tags.join(", "));
  const [notes, setNotes] = useState(run.notes);
  const limits = useQuery(settingsQuery).data?.limits;
  const cache = useQueryClient();
  const save = useMutation({
    mutationFn: () => {
      const body = { name: name.trim(), notes, tags: tags.split(",").map((tag) => tag.trim()).filter(Boolean) };
      return unwrap(client.PATCH("/api/v1/runs/{id}", { params: { path: { id: run.id } }, body }));
    },
    onSuccess: (changed) => {
      cache.setQueryData([...runsQuery.queryKey, run.id], changed);
      void cache.invalidateQueries({ queryKey: runsQuery.queryKey, exact: true });
      onClose();
    },
  });
  const refused = save.error instanceof ApiError ? save.error : null;
  const said = (field: string) => refused?.field(field);
  const elsewhere = save.error && !["name", "tags", "notes"].some(said) ? save.error.message : null;
  return (
    <Dialog
      open
      title={tr("About this run")}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{tr("Cancel")}</Button>
          <Button kind="primary" disabled={save.isPending || !name.trim()} onClick={() => save.mutate()}>
            {tr("Save")}
          </Button>
        </>
      }
    >
      <Recipe run={run} />
      <form
        className="about-form"
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Field label={tr("Name")} value={name} maxLength={limits?.name_length} error={said("name")} onChange={(event) => setName(event.target.value)} />
        <Field label={tr("Tags")} value={tags} hint={limits ? tr("Words it is found by, with commas between them, at most {n}.", { n: limits.tags }) : tr("Words it is found by, with commas between them.")} error={said("tags")} onChange={(event) => setTags(event.target.value)} />
        <div className="fieldrow">
          <label htmlFor="about-notes">{tr("Notes")}</label>
          <textarea id="about-notes" className="input" rows={5} value={notes} maxLength={limits?.notes_length} aria-invalid={said("notes") ? true : undefined} onChange={(event) => setNotes(event.target.value)} />
          {said("notes") && <ErrorText>{said("notes")}</ErrorText>}
        </div>
        {elsewhere && <ErrorText>{elsewhere}</ErrorText>}
        {/* The buttons stand below, outside of the form; Return in a field saves too. */}
        <button type="submit" hidden aria-hidden="true" tabIndex={-1} />
      </form>
      <div className="about-deeds">
        <Branches run={run} onClose={onClose} />
        <PauseButton run={run} size="sm" onPress={onClose} />
        <ResumeButton run={run} size="sm" onPress={onClose} />
        <Button size="sm" icon="trash" disabled={isActive(run)} title={isActive(run) ? tr("Stop it first") : undefined} onClick={onDelete}>
          {tr("Delete")}
        </Button>
      </div>
    </Dialog>
  );
}

/** What whoever may launch makes of a run: the same again, or another from one of its checkpoints. */
function Branches({ run, onClose }: Props) {
  return (
    <>
      <Link className="btn sm" to={paths.launch(run.id)} onClick={onClose}>
        <Icon name="copy" />
        {tr("Clone")}
      </Link>
      <Link className="btn sm" to={paths.fork(run.id)} onClick={onClose}>
        <Icon name="git-branch" />
        {tr("Fork")}
      </Link>
    </>
  );
}

/** What is lost, before it is lost. */
function Delete({ run, onClose }: Props) {
  const cache = useQueryClient();
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const remove = useMutation({
    mutationFn: () => unwrap(client.DELETE("/api/v1/runs/{id}", { params: { path: { id: run.id } } })),
    onSuccess: () => {
      cache.setQueryData(runsQuery.queryKey, (runs) => runs?.filter((other) => other.id !== run.id));
      toast(tr("{name} is deleted.", { name: run.name }));
      onClose();
      // What was asked about the run itself is not asked again: it would answer that there is none.
      if (pathname.includes(run.id)) void navigate(paths.home());
    },
    onError: (error) => toast(error.message),
  });
  return (
    <Dialog
      open
      title={tr("Delete {name}?", { name: run.name })}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{tr("Keep it")}</Button>
          <Button kind="primary" disabled={remove.isPending} onClick={() => remove.mutate()}>
            {tr("Delete for good")}
          </Button>
        </>
      }
    >
      <p className="m2">
        {tr("Its curve, its recorded lives and their notes, its checkpoints and its models go, after {episodes} lives. What was taken home stays there. This cannot be undone.", { episodes: format.count(run.episodes) })}
      </p>
    </Dialog>
  );
}

function Recipe({ run }: { run: Run }) {
  return (
    <>
      <p className="m2">
        {[recipe(run), tr("seed {seed}", { seed: String(run.seed) }), tr("launched by {owner}", { owner: run.owner })].join(" · ")}
      </p>
      <ForkedFrom run={run} />
    </>
  );
}
