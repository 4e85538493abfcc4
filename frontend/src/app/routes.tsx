import { useQuery } from "@tanstack/react-query";
import { Component, lazy, Suspense, useEffect } from "react";
import type { ComponentType, ReactNode } from "react";
import { Navigate, Outlet, useLocation, useRoutes } from "react-router";
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
function Broken({ error }: { error: Error }) {
  const outdated = /dynamically imported module|importing a module/i.test(error.message);
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

/** Shows what a page threw, until one goes elsewhere. */
class Mishaps extends Component<{ at: string; children: ReactNode }, { error: Error | null }> {
  override state = { error: null };
  static getDerivedStateFromError(error: Error) {
    return { error };
  }
  override componentDidUpdate(before: { at: string }) {
    if (this.state.error && before.at !== this.props.at) this.setState({ error: null });
  }
  override render() {
    return this.state.error ? <Broken error={this.state.error} /> : this.props.children;
  }
}

/** A page comes in a file of its own. */
const page = (fetched: () => Promise<ComponentType>) => lazy(async () => ({ default: await fetched() }));

const SignIn = page(async () => (await import("@/features/signin")).SignIn);
const Join = page(async () => (await import("@/features/join")).Join);
const Guest = page(async () => (await import("@/features/join")).Guest);
const Runs = page(async () => (await import("@/features/runs")).Runs);
const Wall = page(async () => (await import("@/features/runs")).Wall);
const Launch = page(async () => (await import("@/features/launch")).Launch);
const Fork = page(async () => (await import("@/features/launch")).Fork);
const Watch = page(async () => (await import("@/features/watch/Watch")).Watch);
const Replay = page(async () => (await import("@/features/watch/Replay")).Replay);
const Uploads = page(async () => (await import("@/features/model")).Uploads);
const Upload = page(async () => {
  const [{ Upload }, { Showing }] = await Promise.all([import("@/features/model"), import("@/features/watch/Showing")]);
  return () => <Upload stage={Showing} />;
});
const Model = page(async () => (await import("@/features/model")).Model);
const Compare = page(async () => (await import("@/features/compare")).Compare);
const Tokens = page(async () => (await import("@/features/tokens")).Tokens);
const Guide = page(async () => (await import("@/features/guide")).Guide);
const Classes = page(async () => (await import("@/features/classes")).Classes);
const Classroom = page(async () => (await import("@/features/classes")).Classroom);
const Projector = page(async () => (await import("@/features/classes")).Projector);
const Play = page(async () => (await import("@/features/compare")).Play);

const routes: RouteObject[] = [
  { path: "/login", element: <SignIn /> },
  { path: "/join", element: <Join /> },
  { path: "/j/:code", element: <Join /> },
  { path: "/guest", element: <Guest /> },
  {
    element: <Guard />,
    children: [
      { index: true, element: <Runs /> },
      { path: "wall", element: <Wall /> },
      { path: "runs/new", element: <Launch /> },
      { path: "runs/:id/fork", element: <Fork /> },
      { path: "runs/:id", element: <Watch /> },
      { path: "runs/:id/replay/:episode?", element: <Replay /> },
      { path: "models", element: <Uploads /> },
      { path: "models/:id", element: <Upload /> },
      { path: "runs/:id/model", element: <Model /> },
      { path: "compare", element: <Compare /> },
      { path: "tokens", element: <Tokens /> },
      { path: "guide", element: <Guide /> },
      { path: "classes", element: <Classes /> },
      { path: "classes/:id", element: <Classroom /> },
      { path: "classes/:id/join", element: <Projector /> },
      { path: "play/:id", element: <Play /> },
      { path: "*", element: <NotFound /> },
    ],
  },
];

/** The page at the address. Nothing for the moment in which its own file comes; it then shows what it waits for. */
export function Pages() {
  return (
    <Mishaps at={useLocation().pathname}>
      <Suspense fallback={null}>{useRoutes(routes)}</Suspense>
    </Mishaps>
  );
}
