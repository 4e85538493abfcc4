import { screen, within } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import type { Token, Webhook } from "@/api";
import { faults, open } from "@/testing/render";
import { OPHELIA, Refused, serve } from "@/testing/server";
import { Tokens } from "./Tokens";

const notebook: Token = { id: "t1", name: "my notebook", scope: "steer", created_at: "2026-11-24T10:00:00Z", expires_at: "2027-02-22T10:00:00Z", last_used_at: null };
const page = () => open("/tokens", "/tokens", <Tokens />);

test("a token is made for a purpose, and shown this once", async () => {
  let items: Token[] = [];
  const sent = serve({
    "GET /tokens": () => ({ items }),
    "POST /tokens": () => {
      items = [notebook];
      return { ...notebook, token: "hamlet_s3cret" };
    },
  });
  const { user, container } = page();
  await user.type(await screen.findByLabelText("What it is for"), "my notebook");
  await user.click(screen.getByRole("radio", { name: "Read and steer" }));
  await user.click(screen.getByRole("radio", { name: "1 week" }));
  await user.click(screen.getByRole("button", { name: "Make token" }));
  expect(await screen.findByText("hamlet_s3cret")).toBeVisible();
  expect(sent.find(({ call }) => call === "POST /tokens")).toMatchObject({ body: { name: "my notebook", scope: "steer", days: 7 } });
  expect(within(screen.getByRole("region", { name: "Your tokens" })).getByText(/not used yet/)).toBeVisible();
  expect(await faults(container)).toEqual([]);
});

test("what is wrong with the name is told at its field", async () => {
  serve({
    "GET /tokens": { items: [] },
    "POST /tokens": () => {
      throw new Refused({ status: 422, detail: "x", errors: [{ field: "name", message: "must not be empty" }] });
    },
  });
  const { user } = page();
  await user.click(await screen.findByRole("button", { name: "Make token" }));
  expect(await screen.findByText("must not be empty")).toBeVisible();
});

test("a token is revoked after a question, and its text goes with it", async () => {
  let items = [notebook];
  const sent = serve({
    "GET /tokens": () => ({ items }),
    "DELETE /tokens/t1": () => {
      items = [];
      return {};
    },
  });
  const { user } = page();
  await user.click(await screen.findByRole("button", { name: "Revoke my notebook" }));
  await user.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Revoke" }));
  await vi.waitFor(() => expect(screen.queryByText("my notebook")).toBeNull());
  expect(sent.map(({ call }) => call)).toContain("DELETE /tokens/t1");
});

test("guests are told that they have none, and nothing is asked for", async () => {
  const sent = serve({ "GET /me": { ...OPHELIA, user: { name: "Guest", role: "guest" } } });
  page();
  expect(await screen.findByRole("heading", { name: "Guests have no tokens" })).toBeVisible();
  expect(sent.map(({ call }) => call)).not.toContain("GET /tokens");
});

const HOOK: Webhook = { id: "w1", url: "https://example.org/told", events: ["finished"], goal: null, own: true, created_at: "2026-11-24T10:00:00Z", last: null };

test("a webhook is made with its goal, its secret is shown this once, and a try is asked for", async () => {
  let items: Webhook[] = [];
  const sent = serve({
    "GET /tokens": { items: [] },
    "GET /webhooks": () => ({ items }),
    "POST /webhooks": () => {
      items = [HOOK];
      return { ...HOOK, secret: "s3cret" };
    },
    "POST /webhooks/w1/ping": {},
  });
  const { user, container } = page();
  await user.type(await screen.findByLabelText("Address"), HOOK.url);
  await user.click(screen.getByRole("switch", { name: "A goal is reached" }));
  await user.type(screen.getByLabelText("Steps that an exam must reach in the mean"), "250");
  await user.click(screen.getByRole("button", { name: "Make webhook" }));
  expect(await screen.findByText("s3cret")).toBeVisible();
  expect(sent.find(({ call }) => call === "POST /webhooks")!.body).toEqual({ url: HOOK.url, events: ["finished", "failed", "goal"], goal: 250, own: true });
  await user.click(await screen.findByRole("button", { name: `Try ${HOOK.url}` }));
  expect(sent.map(({ call }) => call)).toContain("POST /webhooks/w1/ping");
  expect(await faults(container)).toEqual([]);
});

test("how the last news went is told in words", async () => {
  const last = { id: "d", event: "finished", state: "failed", status: 500, message: "It answered 500.", tries: 6, next_at: null, created_at: "2026-11-24T10:00:00Z" } as const;
  serve({ "GET /tokens": { items: [] }, "GET /webhooks": { items: [{ ...HOOK, last }] } });
  page();
  expect(await screen.findByText(/not delivered, .*: It answered 500\./)).toBeVisible();
});

test("students are not shown webhooks", async () => {
  serve({ "GET /me": OPHELIA, "GET /tokens": { items: [] } });
  page();
  expect(await screen.findByText("No token yet")).toBeVisible();
  expect(screen.queryByText("Webhooks")).toBeNull();
});
