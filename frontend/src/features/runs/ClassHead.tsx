import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "react-router";
import { classQuery, client, meQuery, unwrap } from "@/api";
import type { Me } from "@/api";
import { paths } from "@/paths";
import { Icon, toast } from "@/ui";
import { tr } from "@/words";

/** The page's heading: whose runs these are. Those who look after several classes choose here. */
export function ClassName({ me }: { me: Me | undefined }) {
  const cache = useQueryClient();
  const choose = useMutation({
    mutationFn: (classroom: string | null) => unwrap(client.PATCH("/api/v1/me", { body: { classroom } })),
    onSuccess: (who) => cache.setQueryData(meQuery.queryKey, who),
    onError: (error) => toast(error.message),
  });
  const current = me?.classroom;
  const choices = me?.crew ? me.classes : [];
  return (
    <div className="whose">
      <h1>{current ? current.name : tr("Runs")}</h1>
      {choices.length > 0 && (
        <select className="btn sm select" aria-label={tr("Class")} value={current?.id ?? ""} onChange={(event) => choose.mutate(event.target.value || null)}>
          <option value="">{tr("Whole lab")}</option>
          {choices.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      )}
    </div>
  );
}

/** "Students join with KITE-4271", for those who may tell. */
export function JoinChip({ me }: { me: Me | undefined }) {
  const id = me?.classroom?.id ?? "";
  const code = useQuery({ ...classQuery(id), enabled: me?.crew === true && id !== "", refetchInterval: 30_000 }).data?.join_code;
  if (!code) return null;
  return (
    <div className="joincode hide-s">
      <Icon name="qr-code" />
      <span>{tr("Students join with")}</span>
      <b>{code}</b>
      <Link className="btn sm" to={paths.projector(id)}>
        {tr("Show on projector")}
      </Link>
    </div>
  );
}
