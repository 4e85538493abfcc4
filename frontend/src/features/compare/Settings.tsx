import { useState } from "react";
import { format, Switch } from "@/ui";
import { tr } from "@/words";
import { differences } from "./groups";
import type { Group } from "./groups";
import { Swatch } from "./look";

const said = (value: unknown): string =>
  value === null || value === undefined ? "–" : typeof value === "number" ? format.plain(value) : typeof value === "boolean" ? (value ? "on" : "off") : typeof value === "string" ? value : JSON.stringify(value);

/** The settings in which the curves differ; what the odd one out has is lit. */
export function Settings({ groups }: { groups: readonly Group[] }) {
  const [all, setAll] = useState(false);
  const rows = differences(groups, all);
  return (
    <section className="card differs" aria-label={tr("What differs")}>
      <header>
        <h2>{tr("What differs")}</h2>
        <span className="sub">
          <Switch label={tr("only differences")} checked={!all} onChange={(only) => setAll(!only)} />
        </span>
      </header>
      {rows.length === 0 ? (
        <p className="hint">{groups.length > 1 ? tr("Nothing.") : tr("One set of settings. Add a run that has others.")}</p>
      ) : (
        <div className="scrolls" tabIndex={0} role="region" aria-label={tr("Settings, scrolls")}>
          <table className="plain">
            <thead>
              <tr>
                <td />
                {groups.map(({ key, name }, i) => (
                  <th key={key} scope="col">
                    <Swatch i={i} />
                    <span className="sr">{name}</span>
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map(({ name, values, differs }) => (
                <tr key={name}>
                  <th scope="row">{name.replaceAll("_", " ")}</th>
                  {values.map((value, i) => (
                    <td key={groups[i]!.key} className={differs && said(value) !== said(values[0]) ? "mono odd" : "mono"}>
                      {said(value)}
                    </td>
                  ))}
                </tr>
              ))}
              <tr>
                <th scope="row">{tr("seeds")}</th>
                {groups.map(({ key, runs }) => (
                  <td key={key} className="mono">
                    {runs.map(({ seed }) => seed).join(", ")}
                  </td>
                ))}
              </tr>
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
