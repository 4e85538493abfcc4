import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { Navigate, Outlet, useLocation, useRouteError } from "react-router";
import type { RouteObject } from "react-router";
import { meQuery } from "@/api";
import { LabBar } from "@/chrome";
import { paths } from "@/paths";
import { Button, Empty, Waiting, Skeleton } from "@/ui";
import { tr } from "@/words";

/** Pages for those who are signed in; the others sign in first and come back to where they were going. */
function Guard() {
  const me = useQuery(meQuery);
  const { pathname, search } = useLocation();
  // In braces: the newest browsers' scrollTo returns a promise, and an effect must return nothing.
  useEffect(() => {
    void window.scrollTo(0, 0);
  }, [pathname]);
  if (me.data?.user) return <Outlet />;
  if (me.data) return <Navigate to={paths.login(pathname + search)} replace />;
  if (me.error) {
    return (
      <main id="main">
        <Empty level={1} title={tr("The lab does not answer")} action={<Button kind="primary" onClick={() => void me.refetch()}>{tr("Try again")}</Button>}>
          {me.error.message}
        </Empty>
      </main>
    );
  }
  return (
    <Waiting>
      <div style={{ padding: 16 }}>
        <Skeleton height={56} />
      </div>
    </Waiting>
  );
}

function NotFound() {
  return (
    <>
      <title>{`${tr("Not found")} · Hamlet`}</title>
      <LabBar page="runs" launch={false} />
      <main id="main" className="mid">
        <Empty level={1} title={tr("There is no such page")} action={<a className="btn primary" href={paths.home()}>{tr("Runs")}</a>}>
          {tr("The address may be mistyped, or from a newer Hamlet than this one.")}
        </Empty>
      </main>
    </>
  );
}

/** What a page threw. After a new version was put up, an open tab asks for files that are gone; a reload mends that. */
function Broken() {
  const error = useRouteError();
  const outdated = error instanceof Error && /dynamically imported module|importing a module/i.test(error.message);
  useEffect(() => console.error(error), [error]);
  return (
    <main id="main">
      <Empty
        level={1}
        title={outdated ? tr("There is a newer Hamlet") : tr("This page broke")}
        action={<Button kind="primary" onClick={() => window.location.reload()}>{tr("Reload")}</Button>}
      >
        {outdated
          ? tr("It was put up while you were here. Reload to get it.")
          : tr("The fault is ours. Training goes on, nothing is lost. Reload, and tell your instructor if it happens again.")}
      </Empty>
    </main>
  );
}

export const routes: RouteObject[] = [
  {
    errorElement: <Broken />,
    // Nothing for the moment in which a page's own file comes; the page then shows what it waits for.
    HydrateFallback: () => null,
    children: [
      { path: "/login", lazy: async () => ({ Component: (await import("@/features/signin")).SignIn }) },
      { path: "/join", lazy: async () => ({ Component: (await import("@/features/join")).Join }) },
      { path: "/j/:code", lazy: async () => ({ Component: (await import("@/features/join")).Join }) },
      { path: "/guest/:secret", lazy: async () => ({ Component: (await import("@/features/join")).Guest }) },
      {
        element: <Guard />,
        children: [
          { index: true, lazy: async () => ({ Component: (await import("@/features/runs")).Runs }) },
          { path: "wall", lazy: async () => ({ Component: (await import("@/features/runs")).Wall }) },
          { path: "runs/new", lazy: async () => ({ Component: (await import("@/features/launch")).Launch }) },
          { path: "runs/:id/fork", lazy: async () => ({ Component: (await import("@/features/launch")).Fork }) },
          { path: "runs/:id", lazy: async () => ({ Component: (await import("@/features/watch")).Watch }) },
          { path: "runs/:id/replay/:episode?", lazy: async () => ({ Component: (await import("@/features/watch")).Replay }) },
          { path: "models", lazy: async () => ({ Component: (await import("@/features/model")).Uploads }) },
          {
            path: "models/:id",
            lazy: async () => {
              const [{ Upload }, { Showing }] = await Promise.all([import("@/features/model"), import("@/features/watch")]);
              return { element: <Upload stage={Showing} /> };
            },
          },
          { path: "runs/:id/model", lazy: async () => ({ Component: (await import("@/features/model")).Model }) },
          { path: "compare", lazy: async () => ({ Component: (await import("@/features/compare")).Compare }) },
          { path: "tokens", lazy: async () => ({ Component: (await import("@/features/tokens")).Tokens }) },
          { path: "guide", lazy: async () => ({ Component: (await import("@/features/guide")).Guide }) },
          { path: "classes", lazy: async () => ({ Component: (await import("@/features/classes")).Classes }) },
          { path: "classes/:id", lazy: async () => ({ Component: (await import("@/features/classes")).Classroom }) },
          { path: "classes/:id/join", lazy: async () => ({ Component: (await import("@/features/classes")).Projector }) },
          { path: "play/:id", lazy: async () => ({ Component: (await import("@/features/compare")).Play }) },
          { path: "*", element: <NotFound /> },
        ],
      },
    ],
  },
];
