import { useQuery } from "@tanstack/react-query";
import { useEffect, useId, useRef, useState } from "react";
import type { KeyboardEvent } from "react";
import { useNavigate } from "react-router";
import { runsQuery } from "@/api";
import type { Run } from "@/api";
import { Icon } from "@/ui";
import { tr } from "@/words";
import { useDismiss } from "./dismiss";
import { recipe, StateMark } from "./run";

interface Props {
  run: Run;
  /** where another run of the same page lies */
  to: (id: string) => string;
}

const SHOWN = 8;

/** The run's name; a press opens the list of the others, and typing narrows it. */
export function RunSwitcher({ run, to }: Props) {
  const [open, setOpen] = useState(false);
  const anchor = useDismiss<HTMLSpanElement>(open, () => setOpen(false));
  return (
    <span className="pop-anchor" ref={anchor}>
      <button type="button" className="runswitch" aria-haspopup="listbox" aria-expanded={open} onClick={() => setOpen(!open)}>
        <span>
          <b>{run.name}</b>
          <small>
            {`${recipe(run)} · ${tr("seed {seed}", { seed: String(run.seed) })}`}
          </small>
        </span>
        <Icon name="caret-up-down" className="m3" />
      </button>
      {open && <Choice run={run} to={to} close={() => setOpen(false)} />}
    </span>
  );
}

function Choice({ run, to, close }: Props & { close: () => void }) {
  const { data: runs } = useQuery(runsQuery);
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const list = useId();
  const navigate = useNavigate();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  const found = (runs ?? []).filter((other) => other.name.toLowerCase().includes(text.trim().toLowerCase())).slice(0, SHOWN);
  const chosen = found[Math.min(at, found.length - 1)];
  const go = (id: string) => {
    close();
    if (id !== run.id) void navigate(to(id));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown") setAt(Math.min(at + 1, found.length - 1));
    else if (event.key === "ArrowUp") setAt(Math.max(at - 1, 0));
    else if (event.key === "Enter" && chosen) go(chosen.id);
    else return;
    event.preventDefault();
  };
  return (
    <div className="pop" style={{ top: 46, left: 0, width: "min(340px, calc(100vw - 24px))" }}>
      <span className="field">
        <Icon name="magnifying-glass" />
        <input
          ref={input}
          role="combobox"
          aria-expanded="true"
          aria-controls={list}
          aria-activedescendant={chosen ? `${list}-${chosen.id}` : undefined}
          aria-label={tr("Find a run")}
          placeholder={tr("Find a run")}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setAt(0);
          }}
          onKeyDown={onKeyDown}
        />
      </span>
      <div role="listbox" id={list} aria-label={tr("Runs")} style={{ marginTop: 6 }}>
        {found.map((other) => (
          <div
            key={other.id}
            id={`${list}-${other.id}`}
            role="option"
            aria-selected={other === chosen}
            onPointerEnter={() => setAt(found.indexOf(other))}
            onClick={() => go(other.id)}
          >
            <span className="grow">
              <b style={{ fontWeight: 600 }}>{other.name}</b>
              <br />
              <small>{recipe(other)}</small>
            </span>
            <StateMark run={other} />
          </div>
        ))}
      </div>
      {runs && found.length === 0 && <p className="hint" style={{ padding: "0 10px 8px" }}>{tr("No run has this in its name.")}</p>}
    </div>
  );
}
