import { screen, within } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import type { Classroom as Class, Member } from "@/api";
import { faults, open } from "@/testing/render";
import { OPHELIA, Refused, serve } from "@/testing/server";
import { Classes } from "./Classes";
import { Classroom } from "./Classroom";
import { Projector } from "./Projector";

const member = (changes: Partial<Member>): Member => ({
  id: "m1", name: "Laertes", role: "student", pawn: 3, account: false, code: "OTTER-3187", joined_at: "2026-11-24T10:00:00Z", last_login: null, ...changes,
});
const elsinore: Class = {
  id: "c1", name: "Elsinore", owner: "polonius", join_code: "KITE-4271", students: 1, created_at: "2026-11-24T10:00:00Z", guests: [], bell_at: null,
  limits: { student_runs: 3, student_minutes: 120, student_bytes: 2_000_000_000, class_runs: null, class_minutes: null, class_bytes: 20_000_000_000 },
  members: [member({ id: "m0", name: "polonius", role: "instructor", pawn: null, account: true, code: null }), member({})],
};
const page = () => open("/classes/c1", "/classes/:id", <Classroom />);

test("a class shows its code, its picture and its people", async () => {
  serve({ "GET /classes/c1": elsinore });
  const { container } = page();
  expect(await screen.findByText("KITE-4271")).toBeVisible();
  expect(screen.getByRole("img", { name: /QR code/ })).toHaveAttribute("src", "/api/v1/classes/c1/qr?KITE-4271");
  const people = within(screen.getByRole("region", { name: "People" }));
  expect(people.getByText("Laertes")).toBeVisible();
  expect(people.getAllByRole("button", { name: /Remove/ })).toHaveLength(1);
  expect(await faults(container)).toEqual([]);
});

test("pasted names become cards to print, and what is wrong with one is told", async () => {
  let refuse = true;
  const sent = serve({
    "GET /classes/c1": elsinore,
    "POST /classes/c1/cards": () => {
      if (refuse) throw new Refused({ status: 409, detail: "x", errors: [{ field: "names", message: "“Bernardo” is taken in this class" }] });
      return { items: [{ member: "m2", name: "Bernardo", code: "LARK-1200", words: "amber river stone" }] };
    },
  });
  const { user } = page();
  await user.type(await screen.findByLabelText(/Log-in cards/), "Bernardo\n\n Marcellus ");
  await user.click(screen.getByRole("button", { name: "Make 2 cards" }));
  expect(await screen.findByText("“Bernardo” is taken in this class")).toBeVisible();
  refuse = false;
  await user.click(screen.getByRole("button", { name: "Make 2 cards" }));
  expect(await screen.findByText("amber river stone")).toBeVisible();
  expect(sent.find(({ call }) => call.endsWith("/cards"))).toMatchObject({ body: { names: ["Bernardo", "Marcellus"] } });
  const print = vi.fn();
  vi.stubGlobal("print", print);
  await user.click(screen.getByRole("button", { name: "Print" }));
  expect(print).toHaveBeenCalled();
});

test("a student is deleted after a question that says what goes", async () => {
  const sent = serve({ "GET /classes/c1": elsinore, "DELETE /classes/c1/members/m1": {} });
  const { user } = page();
  await user.click(await screen.findByRole("button", { name: "Remove Laertes" }));
  expect(screen.getByRole("dialog")).toHaveTextContent("cannot be undone");
  await user.click(screen.getByRole("button", { name: "Delete this student" }));
  expect(sent.map(({ call }) => call)).toContain("DELETE /classes/c1/members/m1");
});

test("a guest link is shown once, and can be taken back", async () => {
  const link = { id: "g1", made_by: "polonius", created_at: "2026-11-24T10:00:00Z", expires_at: "2026-11-24T12:00:00Z", last_login: null };
  let guests: Class["guests"] = [];
  const sent = serve({
    "GET /classes/c1": () => ({ ...elsinore, guests }),
    "POST /classes/c1/guests": () => {
      guests = [link];
      return { ...link, secret: "s3cret" };
    },
    "DELETE /classes/c1/guests/g1": () => {
      guests = [];
      return {};
    },
  });
  const { user } = page();
  await user.click(await screen.findByRole("radio", { name: "1 day" }));
  await user.click(screen.getByRole("button", { name: "Make link" }));
  expect(await screen.findByText(`${window.location.origin}/guest#s3cret`)).toBeVisible();
  expect(sent.find(({ call }) => call === "POST /classes/c1/guests")).toMatchObject({ body: { hours: 24 } });
  await user.click(await screen.findByRole("button", { name: "Revoke" }));
  await vi.waitFor(() => expect(screen.queryByText(/s3cret/)).toBeNull());
});

test("the bell is set, put off and taken away", async () => {
  let bell_at: string | null = null;
  const sent = serve({
    "GET /classes/c1": () => ({ ...elsinore, bell_at }),
    "PATCH /classes/c1": (body: unknown) => {
      bell_at = (body as Class).bell_at;
      return elsinore;
    },
  });
  const { user } = page();
  const away = () => Math.round((Date.parse((sent.filter(({ call }) => call === "PATCH /classes/c1").at(-1)?.body as Class).bell_at ?? "") - Date.now()) / 60_000);
  await user.click(await screen.findByRole("button", { name: "In 45 min" }));
  expect(await screen.findByText(/in 45 min. Runs stop in time/)).toBeVisible();
  expect(away()).toBe(45);
  await user.click(screen.getByRole("button", { name: "5 min more" }));
  expect(await screen.findByText(/in 50 min/)).toBeVisible();
  await user.click(screen.getByRole("button", { name: "No bell" }));
  expect(await screen.findByRole("button", { name: "In 10 min" })).toBeVisible();
  expect(bell_at).toBeNull();
});

test("limits are typed in the units that people use; an empty one is none", async () => {
  const sent = serve({ "GET /classes/c1": elsinore, "PATCH /classes/c1": elsinore });
  const { user, container } = page();
  const runs = await screen.findByLabelText("Runs at once, Each student");
  expect(runs).toHaveValue(3);
  expect(screen.getByLabelText("Runs at once, The class together")).toHaveValue(null);
  await user.clear(runs);
  await user.type(screen.getByLabelText("Runs at once, The class together"), "40");
  await user.clear(screen.getByLabelText("GB of files, Each student"));
  await user.type(screen.getByLabelText("GB of files, Each student"), "1.5");
  await user.click(screen.getByRole("button", { name: "Save limits" }));
  expect(sent.find(({ call }) => call === "PATCH /classes/c1")?.body).toEqual({ student_runs: null, class_runs: 40, student_bytes: 1_500_000_000 });
  expect(await faults(container)).toEqual([]);
});

test("a closed class offers to be opened, and has no code to show", async () => {
  serve({ "GET /classes/c1": { ...elsinore, join_code: null } });
  page();
  expect(await screen.findByRole("button", { name: "Open for joining" })).toBeVisible();
  expect(screen.queryByRole("img")).toBeNull();
});

test("the projector shows the code to the back row", async () => {
  serve({ "GET /classes/c1": elsinore });
  const { user } = open("/classes/c1/join", "/classes/:id/join", <Projector />);
  expect(await screen.findByRole("heading", { name: "KITE-4271" })).toBeVisible();
  await user.keyboard("{Escape}");
  expect(await screen.findByTestId("elsewhere")).toHaveTextContent("/classes/c1");
});

test("an instructor makes a class and lands on it", async () => {
  const sent = serve({ "GET /classes": { items: [] }, "POST /classes": elsinore });
  const { user } = open("/classes", "/classes", <Classes />);
  await user.type(await screen.findByLabelText("Name"), "Elsinore");
  await user.click(screen.getByRole("button", { name: "Make class" }));
  expect(await screen.findByTestId("elsewhere")).toHaveTextContent("/classes/c1");
  expect(sent.find(({ call }) => call === "POST /classes")).toMatchObject({ body: { name: "Elsinore" } });
});

test("a student is told whose page this is, and nothing is asked for", async () => {
  const sent = serve({ "GET /me": OPHELIA });
  open("/classes", "/classes", <Classes />);
  expect(await screen.findByRole("heading", { name: /Instructors and assistants/ })).toBeVisible();
  expect(sent.map(({ call }) => call)).not.toContain("GET /classes");
});
