import { screen, within } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import type { Token } from "@/api";
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
