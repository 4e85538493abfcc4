import { screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { run } from "@/testing/data";
import { openPages } from "@/testing/render";
import { NOBODY, serve } from "@/testing/server";
import { Pages } from "./routes";

test("who is not signed in signs in first, and comes back", async () => {
  serve({ "GET /me": NOBODY });
  openPages("/runs/r1/model?at=c1", <Pages />);
  expect(await screen.findByRole("heading", { name: "Sign in" })).toBeVisible();
  expect(window.location.search).toBe("?next=%2Fruns%2Fr1%2Fmodel%3Fat%3Dc1");
});

test("the list of runs is the first page", async () => {
  serve({ "GET /runs": { items: [run()], next: null } });
  openPages("/", <Pages />);
  expect(await screen.findByRole("heading", { name: "Runs" })).toBeVisible();
});

test("an address that is none says so and leads back", async () => {
  serve({});
  openPages("/nothing/here", <Pages />);
  expect(await screen.findByRole("heading", { name: "There is no such page" })).toBeVisible();
});
