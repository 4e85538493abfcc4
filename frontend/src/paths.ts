/** Every address of the application, as data. */
export const paths = {
  home: () => "/",
  login: (next?: string) => (next && next !== "/" ? `/login?next=${encodeURIComponent(next)}` : "/login"),
  launch: () => "/runs/new",
  watch: (run: string) => `/runs/${run}`,
  model: (run: string) => `/runs/${run}/model`,
} as const;

/** Files are fetched by the browser itself, so that a download is a link. */
export const downloads = {
  model: (id: string) => `/api/v1/models/${id}/download`,
  checkpoint: (id: string) => `/api/v1/checkpoints/${id}/download`,
} as const;
