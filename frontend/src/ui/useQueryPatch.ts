import { useCallback } from "react";
import { useNavigate } from "react-router";
import type { NavigateOptions } from "react-router";

/** What becomes of parts of the query; null takes a part out. */
export type QueryPatch = (changes: Readonly<Record<string, string | null>>, options?: NavigateOptions) => void;

/**
 * Changes parts of the address's query and leaves the rest. It starts from the newest address and not from the last
 * one drawn, so two changes before the next picture both count.
 */
export function useQueryPatch(): QueryPatch {
  const navigate = useNavigate();
  return useCallback(
    (changes, options = { replace: true }) => {
      const after = new URLSearchParams(window.location.search);
      for (const [name, value] of Object.entries(changes)) {
        if (value === null) after.delete(name);
        else after.set(name, value);
      }
      void navigate(`?${after}`, options);
    },
    [navigate],
  );
}
