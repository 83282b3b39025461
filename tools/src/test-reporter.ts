import type { TestEvent } from "node:test/reporters";

/** Prints failures, skips with their reasons and a last `@counts` line of JSON that `test.ts` adds up. */
export default async function* testReporter(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for await (const event of source) {
    if (event.type === "test:stdout" || event.type === "test:stderr") yield event.data.message;
    if (event.type !== "test:pass" && event.type !== "test:fail") continue;
    const { name, file, skip } = event.data;
    if (event.type === "test:pass" && event.data.details.type === "suite") continue;
    if (event.type === "test:fail") {
      counts.failed += 1;
      const { error } = event.data.details;
      const cause = error.cause instanceof Error ? error.cause : error;
      yield `  ✖ ${name}  (${file ?? "?"})\n${indent(cause.stack ?? String(cause))}\n`;
    } else if (skip !== undefined && skip !== false) {
      counts.skipped += 1;
      yield `  – skipped: ${name}: ${skip === true ? "no reason given" : skip}\n`;
    } else {
      counts.passed += 1;
    }
  }
  yield `@counts ${JSON.stringify(counts)}\n`;
}

function indent(text: string): string {
  return text.replace(/^/gm, "      ");
}
