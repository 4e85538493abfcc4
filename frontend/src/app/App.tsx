import { QueryClientProvider } from "@tanstack/react-query";
import { useState } from "react";
import { createBrowserRouter, RouterProvider } from "react-router";
import { Account } from "@/chrome";
import { BarEnd, Toasts } from "@/ui";
import { makeQueryClient } from "./query";
import { routes } from "./routes";

export function App() {
  const [client] = useState(makeQueryClient);
  const [router] = useState(() => createBrowserRouter(routes));
  return (
    <QueryClientProvider client={client}>
      <BarEnd value={<Account />}>
        <RouterProvider router={router} />
        <Toasts />
      </BarEnd>
    </QueryClientProvider>
  );
}
