import { screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { faults, open } from "@/testing/render";
import { NOBODY, POLONIUS, Refused, serve } from "@/testing/server";
import { safeNext, SignIn } from "./SignIn";

const page = (path = "/login") => open(path, "/login", <SignIn />);

test("the right password leads to where one was going", async () => {
  let who: unknown = NOBODY;
  const sent = serve({ "GET /me": () => who, "POST /auth/login": () => (who = POLONIUS) });
  const { user } = page("/login?next=%2Fruns%2Fnew%3Ffrom%3Dr1");
  await user.type(await screen.findByLabelText("Name"), "polonius");
  await user.type(screen.getByLabelText("Password"), "brevity");
  await user.click(screen.getByRole("button", { name: "Sign in" }));
  expect(await screen.findByTestId("elsewhere")).toHaveTextContent("/runs/new?from=r1");
  expect(sent.find(({ call }) => call === "POST /auth/login")).toMatchObject({ body: { username: "polonius", password: "brevity" }, csrf: "token" });
});

test("a wrong password is told as the server told it", async () => {
  serve({
    "GET /me": NOBODY,
    "POST /auth/login": () => {
      throw new Refused({ status: 401, detail: "This name and password do not belong together." });
    },
  });
  const { user } = page();
  await user.type(await screen.findByLabelText("Name"), "polonius");
  await user.type(screen.getByLabelText("Password"), "wit{Enter}");
  expect(await screen.findByRole("alert")).toHaveTextContent("This name and password do not belong together.");
});

test("an empty field is told under the field", async () => {
  serve({
    "GET /me": NOBODY,
    "POST /auth/login": () => {
      throw new Refused({ status: 422, detail: "Something is missing.", errors: [{ field: "password", message: "must not be empty" }] });
    },
  });
  const { user } = page();
  await user.click(await screen.findByRole("button", { name: "Sign in" }));
  expect(await screen.findByText("must not be empty")).toBeVisible();
  expect(screen.getByLabelText("Password")).toHaveAccessibleDescription("must not be empty");
});

test("whoever is signed in already goes on", async () => {
  serve({ "GET /me": POLONIUS });
  page();
  expect(await screen.findByTestId("elsewhere")).toHaveTextContent("/");
});

test("a link cannot send a fresh session to another site", () => {
  for (const bad of ["https://elsinore.example", "//elsinore.example", "/\\elsinore.example", "javascript:alert(1)", "", null]) expect(safeNext(bad)).toBe("/");
  expect(safeNext("/runs/1?t=20")).toBe("/runs/1?t=20");
});

test("axe finds nothing wrong", async () => {
  serve({ "GET /me": NOBODY });
  const { container } = page();
  await screen.findByLabelText("Name");
  expect(await faults(container)).toEqual([]);
});
