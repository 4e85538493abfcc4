import { createContext, use } from "react";
import type { ReactNode } from "react";
import { Link } from "react-router";
import { tr } from "@/words";
import { Button } from "./controls";
import { Icon } from "./Icon";
import { Logo } from "./Logo";
import { useTheme } from "./theme";

export interface NavItem {
  to: string;
  label: string;
  icon?: string;
  current?: boolean;
  /** left out on a phone, where the back arrow or the name's sheet leads there */
  wideOnly?: boolean;
}

/** What stands at the bar's right end on every page (who is signed in); the application fills it. */
export const BarEnd = createContext<ReactNode>(null);

interface Props {
  home: string;
  nav: readonly NavItem[];
  /** the run's name and switcher, after the logo */
  switcher?: ReactNode;
  /** page's own: LIVE badge, viewers, search, chips */
  children?: ReactNode;
}

export function TopBar({ home, nav, switcher, children }: Props) {
  const end = use(BarEnd);
  return (
    <header className="top">
      <a className="skip" href="#main">
        {tr("Skip to the page")}
      </a>
      <Link className="brand" to={home} aria-label={tr("Hamlet, all runs")}>
        <Logo />
        <span className={switcher ? "hide-s" : undefined}>Hamlet</span>
      </Link>
      <span className="sep hide-s" />
      {switcher}
      <nav className="tabs" aria-label={tr("Main")}>
        {nav.map(({ to, label, icon, current, wideOnly }) => (
          <Link key={to} to={to} aria-current={current ? "page" : undefined} className={wideOnly ? "hide-s" : undefined}>
            {icon && <Icon name={icon} />}
            <span className={icon && !current ? "tab-name" : undefined}>{label}</span>
          </Link>
        ))}
      </nav>
      <span className="grow" />
      {children}
      <ThemeButton />
      {end}
    </header>
  );
}

export function ThemeButton() {
  const { theme, toggle } = useTheme();
  return <Button kind="ghost" icon={theme === "dark" ? "moon" : "sun"} aria-label={theme === "dark" ? tr("Light theme") : tr("Dark theme")} onClick={toggle} />;
}

/** "● 23" */
export function Viewers({ count }: { count: number }) {
  return (
    <span className="chip lg" title={tr("{n} person is watching|{n} people are watching", { n: count })}>
      <Icon name="users" />
      <span className="sr">{tr("Watching:")} </span>
      <span className="num">{count}</span>
    </span>
  );
}
