import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { UseQueryResult } from "@tanstack/react-query";
import { useState } from "react";
import type { RefObject } from "react";
import { Link } from "react-router";
import { client, unwrap } from "@/api";
import type { Bookmark, Level, Recording, Run } from "@/api";
import { Button, format, Icon, Strip, toast, Waiting } from "@/ui";
import { tr } from "@/words";
import { hueOf } from "./level";
import { marksOf } from "./marks";
import type { Mark } from "./marks";
import type { Player } from "./player";
import { bookmarksQuery } from "./queries";
import { useReplayPath } from "./room";
import { useWatch } from "./usePlayer";

const LONGEST = 200;

export type Notes = UseQueryResult<Bookmark[]>;

interface Props {
  run: Run;
  level: Level;
  player: Player;
  recordings: readonly Recording[];
  episode: number;
  /** what people left on the run's lives */
  notes: Notes;
  field: RefObject<HTMLInputElement | null>;
}

/** Moments worth going back to: those the system found, and those people left a note on. */
export function Bookmarks({ run, level, player, recordings, episode, notes, field }: Props) {
  const to = useReplayPath(run.id);
  const marks = marksOf(recordings, level);
  const rows = [
    ...marks.map((mark) => ({ episode: mark.episode, step: -1, key: `${mark.episode} ${mark.reason}`, row: <SystemMark to={to(mark.episode, { mark: mark.reason })} level={level} mark={mark} /> })),
    ...(notes.data ?? []).map((note) => ({ episode: note.episode, step: note.step, key: note.id, row: <Note to={to(note.episode, { t: note.step })} run={run} note={note} /> })),
  ].sort((a, b) => a.episode - b.episode || a.step - b.step);
  return (
    <>
      <ol className="kept" aria-label={tr("Bookmarks")}>
        {rows.map((one) => (
          <li key={one.key} data-here={one.episode === episode || undefined}>
            {one.row}
          </li>
        ))}
      </ol>
      {notes.data ? (
        rows.length === 0 && <p className="hint pad">{tr("Nothing is bookmarked yet.")}</p>
      ) : notes.error ? (
        <Strip kind="bad" action={<Button size="sm" onClick={() => void notes.refetch()}>{tr("Try again")}</Button>}>
          {tr("The notes did not come.")} {notes.error.message}
        </Strip>
      ) : (
        <Waiting>
          <p className="hint pad">{tr("The notes are on their way.")}</p>
        </Waiting>
      )}
      <AddNote run={run} player={player} episode={episode} field={field} />
    </>
  );
}

function SystemMark({ to, level, mark }: { to: string; level: Level; mark: Mark }) {
  const meter = level.meters.find(({ name }) => name === mark.meter);
  return (
    <Link to={to} style={{ ["--c" as string]: meter ? hueOf(meter) : "var(--ink-2)" }}>
      <span className="no">{format.count(mark.episode)}</span>
      <Icon name={mark.icon} weight="fill" />
      <span className="why">{mark.text}</span>
    </Link>
  );
}

function Note({ to, run, note }: { to: string; run: Run; note: Bookmark }) {
  const cache = useQueryClient();
  const remove = useMutation({
    mutationFn: () => unwrap(client.DELETE("/api/v1/bookmarks/{id}", { params: { path: { id: note.id } } })),
    onError: (error) => toast(error.message),
    onSettled: () => void cache.invalidateQueries({ queryKey: bookmarksQuery(run.id).queryKey }),
  });
  return (
    <>
      <Link to={to} title={`${note.author}, ${format.moment(note.created_at)}`}>
        <span className="no">{format.count(note.episode)}</span>
        <Icon name="bookmark-simple" weight="fill" />
        <span className="why">
          {note.note}
          <small>
            {`${tr("step {step}", { step: format.count(note.step) })} · ${note.own ? tr("you") : note.author}`}
          </small>
        </span>
      </Link>
      {note.removable && <Button kind="ghost" size="sm" icon="x" aria-label={tr("Remove the bookmark “{note}”", { note: note.note })} disabled={remove.isPending} onClick={() => remove.mutate()} />}
    </>
  );
}

function AddNote({ run, player, episode, field }: Pick<Props, "run" | "player" | "episode" | "field">) {
  const [text, setText] = useState("");
  const t = useWatch(player, (w) => w.t);
  const staged = useWatch(player, (w) => w.stage?.number === episode);
  const cache = useQueryClient();
  const add = useMutation({
    mutationFn: (step: number) => unwrap(client.POST("/api/v1/runs/{id}/bookmarks", { params: { path: { id: run.id } }, body: { episode, step, note: text } })),
    onSuccess: (made) => {
      cache.setQueryData(bookmarksQuery(run.id).queryKey, (known) => known && [...known, made]);
      setText("");
    },
    onError: (error) => toast(error.message),
  });
  return (
    <form
      className="addnote"
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() && staged) add.mutate(player.state().t);
      }}
    >
      <label className="sr" htmlFor="note">
        {tr("Note on step {step}", { step: t })}
      </label>
      <input id="note" ref={field} className="input" maxLength={LONGEST} placeholder={tr("Note on step {step}", { step: t })} value={text} onChange={(event) => setText(event.target.value)} />
      <Button type="submit" icon="bookmark-simple" disabled={!text.trim() || !staged || add.isPending}>
        {tr("Add")}
      </Button>
    </form>
  );
}
