import type { JsonValue } from "@assay/primitives/json";

/** What a block left behind. A member is absent when there is no such thing, as the status of a service that is down. */
export interface Output {
  readonly exit?: number;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly text?: string;
  readonly json?: JsonValue;
  readonly rows?: number;
  readonly state?: string;
  /** Why nothing, or not everything, could be observed: `TIMEOUT: no answer within 2000 ms`. */
  readonly trouble?: string;
}

/** Beyond this an output is cut before anybody reads it. */
export const MAX_OUTPUT_BYTES = 256 * 1024;

export function parseJsonText(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}
