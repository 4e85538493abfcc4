import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { client, meQuery, unwrap } from "@/api";
import { paths } from "@/paths";
import { Button, Icon, LanguagePicker, Pawn, pawnColor } from "@/ui";
import { tr } from "@/words";
import { useDismiss } from "./dismiss";

const ROLES = { instructor: tr("Instructor"), assistant: tr("Assistant"), student: tr("Student"), guest: tr("Guest, looking only") } as const;

/** Who is signed in, and the way out. */
export function Account() {
  const me = useQuery(meQuery).data;
  const user = me?.user;
  const [open, setOpen] = useState(false);
  const anchor = useDismiss<HTMLSpanElement>(open, () => setOpen(false));
  const cache = useQueryClient();
  const navigate = useNavigate();
  const leave = useMutation({
    mutationFn: () => unwrap(client.POST("/api/v1/auth/logout")),
    onSuccess: () => {
      cache.clear();
      void navigate(paths.login());
    },
  });
  if (!user) return null;
  return (
    <span className="pop-anchor" ref={anchor}>
      <Button kind="ghost" icon={me?.pawn ? undefined : "user"} className={me?.pawn ? "sq" : undefined} aria-label={tr("Account of {name}", { name: user.name })} aria-expanded={open} onClick={() => setOpen(!open)}>
        {me?.pawn && <Pawn size={20} body={pawnColor(me.pawn)} />}
      </Button>
      {open && (
        <div className="pop" style={{ right: 0, top: 44 }}>
          <p style={{ padding: "6px 10px 8px" }}>
            <b style={{ fontWeight: 600 }}>{user.name}</b>
            <br />
            <small>{ROLES[user.role]}</small>
          </p>
          {/* On a phone the bar has no room for these. */}
          <Link className="item only-narrow" to={paths.uploads()} onClick={() => setOpen(false)}>
            <Icon name="cube" />
            {tr("Models")}
          </Link>
          {me?.crew && (
            <Link className="item only-narrow" to={paths.classes()} onClick={() => setOpen(false)}>
              <Icon name="users-three" />
              {tr("Classes")}
            </Link>
          )}
          {user.role !== "guest" && (
            <Link className="item" to={paths.tokens()} onClick={() => setOpen(false)}>
              <Icon name="key" />
              {tr("API tokens")}
            </Link>
          )}
          <LanguagePicker />
          <button type="button" className="item" onClick={() => leave.mutate()}>
            <Icon name="sign-out" />
            {tr("Sign out")}
          </button>
        </div>
      )}
    </span>
  );
}
