/** Every address of the application, as data. */
export const paths = {
  home: () => "/",
  login: (next?: string) => (next && next !== "/" ? `/login?next=${encodeURIComponent(next)}` : "/login"),
  wall: () => "/wall",
  launch: () => "/runs/new",
  watch: (run: string) => `/runs/${run}`,
  model: (run: string) => `/runs/${run}/model`,
  /** A recorded life, at a step or at what it was kept for; without a life, the one that was kept as the best. */
  replay: (run: string, episode?: number, { t, mark, view }: { t?: number; mark?: string; view?: Record<string, string> } = {}) => {
    const query = new URLSearchParams({ ...view, ...(mark ? { mark } : t !== undefined && { t: String(t) }) }).toString();
    return `/runs/${run}/replay${episode === undefined ? "" : `/${episode}`}${query && `?${query}`}`;
  },
  /** Two recorded lives, each as `run:episode`. */
  compareLives: (a: string, b?: string) => `/compare?${new URLSearchParams({ a, ...(b && { b }) }).toString().replaceAll("%3A", ":")}`,
  compareRuns: (runs: readonly string[]) => `/compare?runs=${runs.join(",")}`,
} as const;

/** Files are fetched by the browser itself, so that a download is a link. */
export const downloads = {
  model: (id: string) => `/api/v1/models/${id}/download`,
  checkpoint: (id: string) => `/api/v1/checkpoints/${id}/download`,
} as const;
