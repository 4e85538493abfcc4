import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { useStore } from "zustand";
import { meQuery, runQuery } from "@/api";
import { connect, socketUrl } from "@/wire";
import type { Connection } from "@/wire";
import { keepNews, refetchAll } from "./queries";
import { createPlayer } from "./player";
import type { Player } from "./player";
import { linked, ponged, receive } from "./store";
import type { Watch } from "./store";

/** The player of a run, on the air while `live`. */
export function usePlayer(run: string, live: boolean): { player: Player; retry: () => void } {
  const cache = useQueryClient();
  const [player] = useState(createPlayer);
  const connection = useRef<Connection | null>(null);

  useEffect(() => player.run(), [player]);
  useEffect(() => {
    if (!live) return;
    let opened = false;
    const own = connect(socketUrl(run), {
      link: (link) => {
        player.hear((w) => linked(w, link));
        if (link.state === "open") {
          if (opened) refetchAll(cache, run);
          opened = true;
        }
        // HTTP has the truth of a refusal too: who is here, and whether there is such a run.
        if (link.state === "refused") void cache.invalidateQueries({ queryKey: link.reason === "session" ? meQuery.queryKey : runQuery(run).queryKey });
      },
      frame: (frame) => player.hear((w, now) => receive(w, frame, now)),
      message: (message) => keepNews(cache, run, message),
      pong: (sent, server, received) => player.hear((w) => ponged(w, sent, server, received)),
    });
    connection.current = own;
    return () => {
      connection.current = null;
      own.close();
    };
  }, [cache, live, player, run]);

  return { player, retry: () => connection.current?.retry() };
}

export const useWatch = <T>(player: Player, pick: (watch: Watch) => T): T => useStore(player.view, pick);

/** Whether a media query holds. */
export function useMedia(query: string): boolean {
  const media = useMemo(() => window.matchMedia(query), [query]);
  const subscribe = useCallback(
    (changed: () => void) => {
      media.addEventListener("change", changed);
      return () => media.removeEventListener("change", changed);
    },
    [media],
  );
  return useSyncExternalStore(subscribe, () => media.matches);
}

/** The page's clock, told anew every `ms` while `on`. */
export function useNow(ms: number, on: boolean): number {
  const [now, setNow] = useState(() => performance.timeOrigin + performance.now());
  useEffect(() => {
    if (!on) return;
    const tell = () => setNow(performance.timeOrigin + performance.now());
    const timer = setInterval(tell, ms);
    tell();
    return () => clearInterval(timer);
  }, [ms, on]);
  return now;
}

/** True from when the browser has nothing to do, once `begun`. */
export function useCalm(begun: boolean): boolean {
  const [calm, setCalm] = useState(false);
  useEffect(() => {
    if (!begun) return;
    const done = () => setCalm(true);
    if (!("requestIdleCallback" in window)) {
      const timer = setTimeout(done, 200);
      return () => clearTimeout(timer);
    }
    const asked = requestIdleCallback(done);
    return () => cancelIdleCallback(asked);
  }, [begun]);
  return calm;
}
