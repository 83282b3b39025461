import { Failure } from "@assay/primitives/failure";
import type { JsonValue } from "@assay/primitives/json";
import { MAX_OUTPUT_BYTES, type Output } from "./output.ts";
import type { DataSource } from "./ports.ts";
import type { RenderedBlock } from "./render.ts";

const MAX_ROWS = 500;

export interface SqlExecution {
  readonly block: Extract<RenderedBlock, { kind: "sql" }>;
  readonly source: DataSource | undefined;
  readonly timeoutMs: number;
}

/** Asks the system's database over its read-only connection. Never throws for what the database says. */
export async function executeSql({ block, source, timeoutMs }: SqlExecution): Promise<Output> {
  if (source === undefined) return { trouble: "NO_DATA_SOURCE: the plane has no read-only login to this database" };
  try {
    const rows = await source.query(block.text, block.values, timeoutMs);
    const json = JSON.parse(JSON.stringify(rows.slice(0, MAX_ROWS))) as JsonValue;
    const text = JSON.stringify(json);
    return {
      rows: rows.length,
      json,
      text: text.slice(0, MAX_OUTPUT_BYTES),
      ...(rows.length > MAX_ROWS ? { trouble: `TOO_LARGE: more than ${MAX_ROWS} rows` } : {}),
    };
  } catch (error) {
    const reason = error instanceof Failure ? error.code : error instanceof Error ? error.message : "no answer";
    return { trouble: `QUERY_FAILED: ${reason.slice(0, 300)}` };
  }
}
