import { create } from "zustand";

export type Theme = "light" | "dark";
const KEY = "hamlet.theme";
const system = window.matchMedia("(prefers-color-scheme: dark)");

// Storage may be switched off in the browser; the theme then lasts as long as the page.
const stored = (): Theme | null => {
  try {
    const value = localStorage.getItem(KEY);
    return value === "light" || value === "dark" ? value : null;
  } catch {
    return null;
  }
};
const keep = (theme: Theme | null) => {
  try {
    if (theme) localStorage.setItem(KEY, theme);
    else localStorage.removeItem(KEY);
  } catch {
    // nothing to keep it in
  }
};
const ofSystem = (): Theme => (system.matches ? "dark" : "light");

interface ThemeState {
  theme: Theme;
  toggle: () => void;
}

/** The theme on screen: the viewer's choice, else the system's. A choice equal to the system's is forgotten again. */
export const useTheme = create<ThemeState>((set, get) => ({
  theme: stored() ?? ofSystem(),
  toggle: () => {
    const theme: Theme = get().theme === "dark" ? "light" : "dark";
    keep(theme === ofSystem() ? null : theme);
    set({ theme });
  },
}));

const paint = (theme: Theme) => {
  document.documentElement.dataset["theme"] = theme;
};
paint(useTheme.getState().theme);
useTheme.subscribe(({ theme }) => paint(theme));
system.addEventListener("change", () => {
  if (!stored()) useTheme.setState({ theme: ofSystem() });
});
