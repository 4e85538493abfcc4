import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { Clip, Run } from "@/api";
import { client, unwrap } from "@/api";
import { downloads } from "@/paths";
import { Button, Dialog, ErrorText, format, Icon, useTheme } from "@/ui";
import { heard, inner, tr } from "@/words";
import { clipsQuery } from "./queries";

interface Props {
  run: Run;
  episode: number;
  steps: number;
  open: boolean;
  onClose: () => void;
}

const FILMS = [
  { format: "mp4", icon: "film-strip", title: tr("Film"), suffix: ".mp4", note: tr("for slides and chats") },
  { format: "gif", icon: "gif", title: tr("Moving picture"), suffix: ".gif", note: tr("plays where no film does; larger") },
] as const;

/** A recorded life to take along: its replay in one file, or a film of it that a worker makes. */
export function TakeHome({ run, episode, steps, open, onClose }: Props) {
  return (
    <Dialog open={open} title={tr("Take episode {episode} home", { episode: format.count(episode) })} onClose={onClose} actions={<Button onClick={onClose}>{tr("Close")}</Button>}>
      <ul className="takes">
        <Row icon="file-html" title={tr("Replay in one file")} suffix=".html" note={tr("board, mind and body; opens without a network")}>
          <a className="btn sm" href={downloads.life(run.id, episode)} download aria-label={tr("Download the replay")}>
            <Icon name="download-simple" />
            {tr("Download")}
          </a>
        </Row>
        {open && <Films run={run} episode={episode} steps={steps} />}
      </ul>
    </Dialog>
  );
}

function Films({ run, episode, steps }: Pick<Props, "run" | "episode" | "steps">) {
  const cache = useQueryClient();
  const theme = useTheme((state) => state.theme);
  const query = clipsQuery(run.id, episode);
  const found = useQuery(query);
  const order = useMutation({
    mutationFn: (format: Clip["format"]) =>
      unwrap(client.POST("/api/v1/runs/{id}/episodes/{number}/clips", { params: { path: { id: run.id, number: String(episode) } }, body: { format, theme } })),
    onSettled: () => cache.invalidateQueries({ queryKey: query.queryKey }),
  });
  if (found.error) return <li className="m2">{found.error.message}</li>;
  if (!found.data) return null;
  const { items, missing, longest } = found.data;
  const why = missing ? tr("No films are made here: the server lacks {missing}.", { missing }) : steps > longest ? tr("Films are made of lives of up to {longest} steps.", { longest: format.count(longest) }) : null;
  return (
    <>
      {FILMS.map((film) => {
        const clip = items.find((one) => one.format === film.format && one.theme === theme);
        if (why && clip?.state !== "done") return null;
        return (
          <Row key={film.format} {...film}>
            <Film clip={clip} what={inner(film.title)} asked={order.isPending && order.variables === film.format} onAsk={() => order.mutate(film.format)} />
          </Row>
        );
      })}
      {why && <li className="m2">{why}</li>}
      {order.error && (
        <li>
          <ErrorText>{order.error.message}</ErrorText>
        </li>
      )}
    </>
  );
}

function Film({ clip, what, asked, onAsk }: { clip: Clip | undefined; what: string; asked: boolean; onAsk: () => void }) {
  if (clip?.state === "done") {
    return (
      <a className="btn sm" href={downloads.clip(clip.id)} download aria-label={tr("Download the {what}, {bytes}", { what, bytes: format.bytes(clip.bytes) })}>
        <Icon name="download-simple" />
        {format.bytes(clip.bytes)}
      </a>
    );
  }
  if (clip?.state === "pending") {
    return (
      <span className="m2" role="status">
        {tr("A worker makes it")}
      </span>
    );
  }
  return (
    <span className="asking">
      {clip && <span className="m2">{heard(clip.message)}</span>}
      <Button size="sm" disabled={asked} aria-label={clip ? tr("Try again: {what}", { what }) : tr("Make the {what}", { what })} onClick={onAsk}>
        {clip ? tr("Try again") : tr("Make")}
      </Button>
    </span>
  );
}

function Row({ icon, title, suffix, note, children }: { icon: string; title: string; suffix: string; note: string; children: ReactNode }) {
  return (
    <li>
      <Icon name={icon} />
      <span className="what">
        <b>
          {title} <span className="mono">{suffix}</span>
        </b>
        <small>{note}</small>
      </span>
      {children}
    </li>
  );
}
