import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import type { ReactNode } from "react";
import { BrowserRouter, Route, Routes, useLocation } from "react-router";

const Elsewhere = () => {
  const { pathname, search } = useLocation();
  return <p data-testid="elsewhere">{pathname + search}</p>;
};

/** A page at its address, in the application's surroundings. Any other address only shows its name. */
export function open(path: string, pattern: string, page: ReactNode) {
  return openPages(
    path,
    <Routes>
      <Route path={pattern} element={page} />
      <Route path="*" element={<Elsewhere />} />
    </Routes>,
  );
}

/** All pages there are, at one's address. */
export function openPages(path: string, pages: ReactNode) {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false, refetchInterval: false } } });
  window.history.replaceState(null, "", path);
  const user = userEvent.setup();
  const view = render(
    <QueryClientProvider client={client}>
      <BrowserRouter>{pages}</BrowserRouter>
    </QueryClientProvider>,
  );
  return { ...view, user, client };
}

/** What axe-core finds wrong. jsdom has no colours or layout; the browser tests look at those. */
export async function faults(container: Element): Promise<string[]> {
  const { violations } = await axe.run(container, { rules: { "color-contrast": { enabled: false }, region: { enabled: false } } });
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`);
}
