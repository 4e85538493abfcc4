import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { describe, expect, test, vi } from "vitest";
import { Field, Segmented, Slider, Switch } from "./controls";
import { useKeys } from "./keys";

describe("a slider", () => {
  const Rate = ({ onChange = () => {} }: { onChange?: (value: number) => void }) => {
    const [value, setValue] = useState(0.001);
    return (
      <Slider
        label="Learning rate"
        value={value}
        min={1e-6}
        max={0.1}
        scale="log"
        onChange={(next) => {
          setValue(next);
          onChange(next);
        }}
      />
    );
  };

  test("takes a typed value as it is, on Enter", async () => {
    const onChange = vi.fn();
    render(<Rate onChange={onChange} />);
    const field = screen.getByRole("textbox", { name: "Learning rate, value" });
    await userEvent.clear(field);
    await userEvent.type(field, "0.00025{Enter}");
    expect(onChange).toHaveBeenLastCalledWith(0.00025);
  });

  test("leaves the value alone when what was typed is no number", async () => {
    const onChange = vi.fn();
    render(<Rate onChange={onChange} />);
    const field = screen.getByRole("textbox", { name: "Learning rate, value" });
    await userEvent.clear(field);
    await userEvent.type(field, "fast{Enter}");
    expect(onChange).not.toHaveBeenCalled();
    expect(field).toHaveValue("0.001");
  });

  test("on a log scale puts the middle decade in the middle", () => {
    render(<Slider label="r" value={1e-3} min={1e-5} max={1e-1} scale="log" onChange={() => {}} />);
    expect(screen.getByRole("slider", { name: "r" })).toHaveValue("100");
  });

  test("tells its error to those who listen", () => {
    render(<Slider label="r" value={7} min={0} max={1} error="7 is outside" onChange={() => {}} />);
    expect(screen.getByRole("slider", { name: "r" })).toHaveAccessibleDescription("7 is outside");
  });
});

test("arrow keys move through a segmented choice and carry the focus", async () => {
  const Choice = () => {
    const [value, setValue] = useState("a");
    return <Segmented label="Letter" value={value} onChange={setValue} options={["a", "b", "c"].map((letter) => ({ value: letter, label: letter }))} />;
  };
  render(<Choice />);
  screen.getByRole("radio", { name: "a" }).focus();
  await userEvent.keyboard("{ArrowLeft}");
  expect(screen.getByRole("radio", { name: "c" })).toBeChecked();
  expect(screen.getByRole("radio", { name: "c" })).toHaveFocus();
});

test("a switch says whether it is on", async () => {
  const onChange = vi.fn();
  render(<Switch label="Curiosity" checked={false} onChange={onChange} />);
  await userEvent.click(screen.getByRole("switch", { name: "Curiosity" }));
  expect(onChange).toHaveBeenCalledWith(true);
});

test("a field is read with its error", () => {
  render(<Field label="Name" error="must not be empty" defaultValue="" />);
  expect(screen.getByRole("textbox", { name: "Name" })).toHaveAccessibleDescription("must not be empty");
});

test("a page's keys are not taken from someone who types, nor from the browser's own shortcuts", async () => {
  const pressed = vi.fn();
  const Page = () => {
    useKeys({ j: pressed });
    return <input aria-label="search" />;
  };
  render(<Page />);
  await userEvent.type(screen.getByRole("textbox"), "j");
  expect(pressed).not.toHaveBeenCalled();
  screen.getByRole("textbox").blur();
  await userEvent.keyboard("{Control>}j{/Control}");
  expect(pressed).not.toHaveBeenCalled();
  await userEvent.keyboard("j");
  expect(pressed).toHaveBeenCalledTimes(1);
});
