import { request } from "@assay/page-kit/request.ts";
import { useEffect, useState } from "react";
import type { z } from "zod";

export interface Polled<T> {
  readonly data: T | undefined;
  /** Why it could not be renewed the last time. */
  readonly error: string | undefined;
}

/** Reads an address again and again; what was read stays when it cannot be renewed, beside the error. */
export function usePolled<T>(url: string, schema: z.ZodType<T>, everyMs: number): Polled<T> {
  const [polled, setPolled] = useState<Polled<T>>({ data: undefined, error: undefined });
  useEffect(() => {
    let isOver = false;
    const read = () =>
      request(url, { schema }).then(
        (data) => !isOver && setPolled({ data, error: undefined }),
        (error: unknown) => !isOver && setPolled((before) => ({ ...before, error: String((error as Error).message) })),
      );
    void read();
    const timer = window.setInterval(read, everyMs);
    return () => {
      isOver = true;
      window.clearInterval(timer);
    };
  }, [url, schema, everyMs]);
  return polled;
}
