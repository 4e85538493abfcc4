import { QueryClientProvider } from "@tanstack/react-query";
import { useState } from "react";
import { BrowserRouter } from "react-router";
import { Account } from "@/chrome";
import { BarEnd, Toasts } from "@/ui";
import { makeQueryClient } from "./query";
import { Pages } from "./routes";

export function App() {
  const [client] = useState(makeQueryClient);
  return (
    <QueryClientProvider client={client}>
      <BarEnd value={<Account />}>
        <BrowserRouter>
          <Pages />
        </BrowserRouter>
        <Toasts />
      </BarEnd>
    </QueryClientProvider>
  );
}
