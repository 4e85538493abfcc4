import { screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { faults, open } from "@/testing/render";
import { NOBODY, OPHELIA, Refused, serve } from "@/testing/server";
import { Guest } from "./Guest";
import { Join } from "./Join";

test("a code, a nickname and a colour are enough to come in", async () => {
  const sent = serve({ "GET /me": NOBODY, "POST /auth/join": { ...OPHELIA, pawn: 2 } });
  const { user } = open("/join", "/join", <Join />);
  await user.type(await screen.findByLabelText("Class code"), "kite 4271");
  await user.type(screen.getByLabelText("Nickname"), "Ophelia");
  await user.click(screen.getByRole("radio", { name: "Colour 2" }));
  await user.click(screen.getByRole("button", { name: "Join" }));
  expect(await screen.findByTestId("elsewhere")).toHaveTextContent("/");
  expect(sent.at(-1)).toMatchObject({ call: "POST /auth/join", body: { code: "kite 4271", nickname: "Ophelia", pawn: 2 }, csrf: "token" });
});

test("the address from the QR code fills the code in", async () => {
  serve({ "GET /me": NOBODY });
  open("/j/KITE-4271", "/j/:code", <Join />);
  expect(await screen.findByLabelText("Class code")).toHaveValue("KITE-4271");
  expect(screen.getByLabelText("Nickname")).toHaveFocus();
});

test("a taken nickname is told at its field, a wrong code above", async () => {
  let problem: ConstructorParameters<typeof Refused>[0] = {
    status: 409,
    detail: "Ophelia is taken in this class.",
    errors: [{ field: "nickname", message: "is taken in this class" }],
  };
  serve({
    "GET /me": NOBODY,
    "POST /auth/join": () => {
      throw new Refused(problem);
    },
  });
  const { user } = open("/j/KITE-4271", "/j/:code", <Join />);
  await user.type(await screen.findByLabelText("Nickname"), "Ophelia{Enter}");
  expect(await screen.findByText("is taken in this class")).toBeVisible();
  expect(screen.getByLabelText("Nickname")).toHaveAccessibleDescription("is taken in this class");
  problem = { status: 401, detail: "No class has this code." };
  await user.click(screen.getByRole("button", { name: "Join" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("No class has this code.");
});

test("a card's code and secret words lead in too", async () => {
  const sent = serve({ "GET /me": NOBODY, "POST /auth/card": OPHELIA });
  const { user } = open("/join", "/join", <Join />);
  await user.click(await screen.findByRole("radio", { name: "Log-in card" }));
  await user.type(screen.getByLabelText("Code"), "OTTER-3187");
  await user.type(screen.getByLabelText("Secret words"), "amber river stone{Enter}");
  expect(await screen.findByTestId("elsewhere")).toHaveTextContent("/");
  expect(sent.at(-1)).toMatchObject({ body: { code: "OTTER-3187", words: "amber river stone" } });
});

test("whoever is in already goes on, unless an address names a class to join", async () => {
  serve({ "GET /me": OPHELIA });
  open("/join", "/join", <Join />);
  expect(await screen.findByTestId("elsewhere")).toBeVisible();
});

test("a guest link leads in by itself, and says why where it does not", async () => {
  const sent = serve({ "GET /me": NOBODY, "POST /auth/guest": { ...OPHELIA, user: { name: "Guest", role: "guest" } } });
  const { unmount } = open("/guest#s3cret", "/guest", <Guest />);
  expect(await screen.findByTestId("elsewhere")).toHaveTextContent("/");
  await waitFor(() => expect(sent.filter(({ call }) => call === "POST /auth/guest")).toHaveLength(1));
  expect(sent.at(-1)).toMatchObject({ body: { secret: "s3cret" } });
  unmount();
  serve({
    "GET /me": NOBODY,
    "POST /auth/guest": () => {
      throw new Refused({ status: 401, detail: "This link has ended." });
    },
  });
  open("/guest#old", "/guest", <Guest />);
  expect(await screen.findByText("This link has ended.")).toBeVisible();
});

test("axe finds nothing wrong", async () => {
  serve({ "GET /me": NOBODY });
  const { container } = open("/join", "/join", <Join />);
  await screen.findByLabelText("Class code");
  expect(await faults(container)).toEqual([]);
});
