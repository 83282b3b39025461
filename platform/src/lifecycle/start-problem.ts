import { Failure } from "@assay/primitives/failure";
import { ConfigurationError } from "../config/config.ts";
import { redactText } from "../logging/redact.ts";

/** One sentence that names what to change, for each way in which starting usually fails. No secret is printed. */
export function startProblem(error: unknown): string {
  if (error instanceof ConfigurationError) return error.problems.join(" ");
  if (error instanceof Failure) return redactText(failureProblem(error));
  return redactText(error instanceof Error ? error.message : String(error));
}

function failureProblem(failure: Failure): string {
  const { code, details } = failure;
  switch (code) {
    case "PORT_IN_USE":
      return `port ${details.port} on ${details.host} is already in use.`;
    case "PORT_NOT_ALLOWED":
      return `this user may not listen on port ${details.port} of ${details.host}.`;
    case "DATABASE_UNAVAILABLE":
      return `the database does not answer or refuses the login (${causeOf(failure)}).`;
    case "SIGNING_KEY_UNREADABLE":
      return `the signing key ${details.path} cannot be used: ${details.reason}.`;
    default:
      return `${code} (${causeOf(failure)}).`;
  }
}

function causeOf({ cause, details }: Failure): string {
  if (cause instanceof AggregateError && cause.errors[0] instanceof Error) return cause.errors[0].message;
  if (cause instanceof Error) return cause.message || cause.name;
  return String(cause ?? details.reason ?? "no reason given");
}
