import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Link, useNavigate } from "react-router";
import { meQuery } from "@/api";
import type { Run } from "@/api";
import { paths } from "@/paths";
import { Icon, TopBar, useKeys } from "@/ui";
import type { NavItem } from "@/ui";
import { tr } from "@/words";
import { AboutButton } from "./About";
import { RunSwitcher } from "./RunSwitcher";
import "./chrome.css";

interface Props {
  run: Run | undefined;
  page: "watch" | "replay" | "model" | "play";
  /** the page's own at the right: LIVE badge, viewers, chips */
  children?: ReactNode;
}

/** The top bar inside a run. */
export function RunBar({ run, page, children }: Props) {
  const nav: NavItem[] = run
    ? [
        { to: paths.watch(run.id), label: tr("Watch"), icon: "eye", current: page === "watch", wideOnly: page === "watch" || page === "play" },
        { to: paths.replay(run.id), label: tr("Replay"), icon: "clock-counter-clockwise", current: page === "replay", wideOnly: true },
        { to: paths.compareLives(`${run.id}:best`), label: tr("Compare"), icon: "columns", wideOnly: true },
        { to: paths.model(run.id), label: tr("Model"), icon: "cube", current: page === "model", wideOnly: page === "model" },
      ]
    : [];
  return (
    <TopBar home={paths.home()} nav={nav} switcher={run && <RunSwitcher run={run} to={(id) => paths[page](id)} />}>
      {children}
      {run && <AboutButton run={run} />}
      {run && <GuideLink level={run.level} />}
    </TopBar>
  );
}

/** To the field guide, at the level one came from; G does the same. */
function GuideLink({ level, narrow }: { level?: string; narrow?: boolean }) {
  const navigate = useNavigate();
  const to = paths.guide(level);
  useKeys({ g: () => void navigate(to) });
  return (
    <Link className={narrow ? "btn ghost sq only-narrow" : "btn ghost sq"} to={to} aria-label={tr("Field guide")} title={tr("Field guide (G)")}>
      <Icon name="book-open-text" />
    </Link>
  );
}

/** The top bar outside a run. */
export function LabBar({ page, level, launch = false, children }: { page: "runs" | "launch" | "compare" | "models" | "classes" | "tokens" | "guide"; level?: string; launch?: boolean; children?: ReactNode }) {
  const crew = useQuery(meQuery).data?.crew;
  const nav: NavItem[] = [{ to: paths.home(), label: tr("Runs"), icon: "stack", current: page === "runs", wideOnly: page === "launch" || page === "compare" || page === "guide" }];
  nav.push({ to: "/compare", label: tr("Compare"), icon: "columns", current: page === "compare", wideOnly: true });
  nav.push({ to: paths.uploads(), label: tr("Models"), icon: "cube", current: page === "models", wideOnly: page !== "models" });
  if (crew) nav.push({ to: paths.classes(), label: tr("Classes"), icon: "users-three", current: page === "classes", wideOnly: page !== "classes" });
  nav.push({ to: paths.guide(level), label: tr("Field guide"), icon: "book-open-text", current: page === "guide", wideOnly: page !== "guide" });
  if (launch && page === "launch") nav.push({ to: paths.launch(), label: tr("Launch run"), current: true });
  return (
    <TopBar home={paths.home()} nav={nav}>
      {children}
      {page !== "guide" && <GuideLink level={level} narrow />}
    </TopBar>
  );
}
