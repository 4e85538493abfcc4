import { screen } from "@testing-library/react";
import { useSearchParams } from "react-router";
import { expect, it } from "vitest";
import { open } from "@/testing/render";
import { useQueryPatch } from "./useQueryPatch";

function Page() {
  const [query] = useSearchParams();
  const patch = useQueryPatch();
  const both = () => {
    patch({ overlay: "policy" });
    patch({ lives: "all", trail: null });
  };
  return <button onClick={both}>{query.toString()}</button>;
}

it("two changes before the next picture both count, and the rest stays", async () => {
  const { user } = open("/page?mind=200&trail=off", "/page", <Page />);
  await user.click(screen.getByRole("button"));
  expect(await screen.findByText("mind=200&overlay=policy&lives=all")).toBeVisible();
  expect(window.location.search).toBe("?mind=200&overlay=policy&lives=all");
});
