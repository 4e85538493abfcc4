import { useEffect, useState } from "react";
import type { RefObject } from "react";

export interface Size {
  width: number;
  height: number;
}

const NOTHING: Size = { width: 0, height: 0 };

/** The space inside an element, followed as it changes. */
export function useSize(element: RefObject<Element | null>): Size {
  const [size, setSize] = useState(NOTHING);
  useEffect(() => {
    if (!element.current) return;
    const observer = new ResizeObserver(([entry]) => setSize({ width: entry!.contentRect.width, height: entry!.contentRect.height }));
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element]);
  return size;
}
