import { Failure } from "@assay/primitives/failure";

/** Of the last lines the one that says most: the error of a stack trace, otherwise the last one. */
export function complaintOf(lines: readonly string[]): string | undefined {
  return lines.findLast((line) => /^(Uncaught )?\w*(Error|Exception|Failure)\b.*: /.test(line)) ?? lines.at(-1);
}

/** The message of a line of our own logger, or the line. */
export function messageOf(line: string): string {
  try {
    const { message, error } = JSON.parse(line) as { message?: unknown; error?: { message?: unknown } };
    const parts = [message, error?.message].filter((part) => typeof part === "string");
    return parts.length > 0 ? parts.join(": ") : line;
  } catch {
    return line;
  }
}

/** Why a probe or a preparation failed, for people. */
export function sentence(error: unknown): string {
  if (error instanceof Failure) return String(error.details.reason ?? error.code);
  if (error instanceof AggregateError && error.message === "") return sentence(error.errors[0]);
  return error instanceof Error ? error.message : String(error);
}
