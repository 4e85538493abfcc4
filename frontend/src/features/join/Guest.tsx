import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { Link, Navigate, useLocation } from "react-router";
import { client, meQuery, unwrap } from "@/api";
import { paths } from "@/paths";
import { Empty, Skeleton, Waiting } from "@/ui";
import { tr } from "@/words";
import { useEntrance } from "./Join";

/** Where a guest link leads: in, or to the reason why not. */
export function Guest() {
  const secret = useLocation().hash.slice(1);
  // The token for changes must be there before anything is sent.
  const ready = useQuery(meQuery).isSuccess;
  const { enter } = useEntrance(() => unwrap(client.POST("/api/v1/auth/guest", { body: { secret } })));
  const asked = useRef<string>(undefined);
  const { mutate } = enter;
  useEffect(() => {
    if (!ready || asked.current === secret) return;
    asked.current = secret;
    mutate();
  }, [ready, secret, mutate]);
  if (enter.isSuccess) return <Navigate to={paths.home()} replace />;
  return (
    <main id="main" className="mid">
      <title>{`${tr("Guest")} · Hamlet`}</title>
      {enter.isError ? (
        <Empty level={1} title={tr("This link leads nowhere")} action={<Link className="btn" to={paths.join()}>{tr("Join with a class code")}</Link>}>
          {enter.error.message}
        </Empty>
      ) : (
        <Waiting>
          <Skeleton height={40} width={220} />
        </Waiting>
      )}
    </main>
  );
}
