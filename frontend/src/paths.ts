/** Every address of the application, as data. */
export const paths = {
  home: () => "/",
  login: (next?: string) => (next && next !== "/" ? `/login?next=${encodeURIComponent(next)}` : "/login"),
  wall: () => "/wall",
  /** Where students join; with the class's code it is filled in already. */
  join: (code?: string) => (code ? `/j/${code}` : "/join"),
  /** Behind the # no server sees it, so none writes it into a log. */
  guest: (secret: string) => `/guest#${secret}`,
  classes: () => "/classes",
  classroom: (id: string) => `/classes/${id}`,
  /** The join code for the whole room to see. */
  projector: (id: string) => `/classes/${id}/join`,
  tokens: () => "/tokens",
  /** The launch form; with a run its settings stand in it. */
  launch: (from?: string) => (from ? `/runs/new?from=${from}` : "/runs/new"),
  /** A run that goes on from a checkpoint of this one. */
  fork: (run: string, checkpoint?: string) => `/runs/${run}/fork${checkpoint ? `?checkpoint=${checkpoint}` : ""}`,
  watch: (run: string) => `/runs/${run}`,
  model: (run: string) => `/runs/${run}/model`,
  /** models that one brought along: all of them, or one, with one of its lives on stage */
  uploads: () => "/models",
  upload: (id: string, episode = 0) => `/models/${id}${episode ? `?episode=${episode}` : ""}`,
  /** A recorded life, at a step or at what it was kept for; without a life, the one that was kept as the best. */
  replay: (run: string, episode?: number, { t, mark, view }: { t?: number; mark?: string; view?: Record<string, string> } = {}) => {
    const query = new URLSearchParams({ ...view, ...(mark ? { mark } : t !== undefined && { t: String(t) }) }).toString();
    return `/runs/${run}/replay${episode === undefined ? "" : `/${episode}`}${query && `?${query}`}`;
  },
  /** Two recorded lives, each as `run:episode`. */
  compareLives: (a: string, b?: string) => `/compare?${new URLSearchParams({ a, ...(b && { b }) }).toString().replaceAll("%3A", ":")}`,
  /** What a level is made of, at one of its things: `place-Bar`, `meter-energy`, `actions`. */
  guide: (level?: string, thing?: string) => `/guide${level ? `?level=${encodeURIComponent(level)}` : ""}${thing ? `#${encodeURIComponent(thing)}` : ""}`,
  /** A life of one's own against a run's mind. */
  play: (run: string, start?: number) => `/play/${run}${start === undefined ? "" : `?start=${start}`}`,
  compareRuns: (runs: readonly string[]) => `/compare?runs=${runs.join(",")}`,
} as const;

/** Files are fetched by the browser itself, so that a download is a link. */
export const downloads = {
  model: (id: string) => `/api/v1/models/${id}/download`,
  /** the ZIP with card, play.py and README; made on the first press if there is none yet */
  pack: (id: string) => `/api/v1/models/${id}/download?as=zip`,
  /** a recorded life with its replay in one HTML file */
  life: (run: string, episode: number) => `/api/v1/runs/${run}/episodes/${episode}/page`,
  /** every row of a run's learning curve */
  metrics: {
    csv: (run: string) => `/api/v1/runs/${run}/metrics.csv`,
    parquet: (run: string) => `/api/v1/runs/${run}/metrics.parquet`,
  },
  clip: (id: string) => `/api/v1/clips/${id}/download`,
  joinQr: (classroom: string, code: string) => `/api/v1/classes/${classroom}/qr?${code}`,
  checkpoint: (id: string) => `/api/v1/checkpoints/${id}/download`,
} as const;
