import { useEffect, useRef } from "react";

const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(input|textarea|select)$/i.test(target.tagName)) && !/^(range|checkbox)$/.test((target as HTMLInputElement).type);

/**
 * Single-key commands of a page, by `KeyboardEvent.key` ("j", "/", "Enter"). They never take a letter from someone who is
 * typing, nor a key held with Ctrl, Alt or Cmd. A handler that returns false leaves the key to the browser.
 */
export function useKeys(commands: Readonly<Record<string, (event: KeyboardEvent) => unknown>>): void {
  const latest = useRef(commands);
  useEffect(() => {
    latest.current = commands;
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || typing(event.target)) return;
      const command = latest.current[event.key] ?? latest.current[event.key.toLowerCase()];
      if (command && command(event) !== false) event.preventDefault();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
}
