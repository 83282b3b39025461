import { Failure } from "@assay/primitives/failure";
import { z } from "zod";

const problemSchema = z.object({
  code: z.string(),
  detail: z.string().optional(),
  title: z.string().optional(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});

/** A refusal of the plane or a system as a failure with its code and its sentence. */
export function toFailure(status: number, body: unknown, url: string): Failure {
  const problem = problemSchema.safeParse(body);
  if (!problem.success) {
    const reason = `${url} answered ${status} without saying why`;
    return new Failure("HTTP_REFUSED", { retryable: status >= 500, details: { reason, status } });
  }
  const { code, detail, title, errors = [] } = problem.data;
  const fields = errors.map(({ path, message }) => `${path}: ${message}`).join("; ");
  const hint = status === 401 ? ' Sign in again with "assay login".' : "";
  const reason = `${detail ?? title ?? "It was refused."}${fields === "" ? "" : ` ${fields}`}${hint}`;
  return new Failure(code, { retryable: status >= 500, details: { reason, status } });
}

/** @throws Failure `UNEXPECTED_ANSWER` when the answer is not what the caller states. */
export function readAnswer<T>(schema: z.ZodType<T>, body: unknown, path: string): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const reason = `${path} answered something else than expected: ${issue?.path.join(".")} ${issue?.message}`;
  throw new Failure("UNEXPECTED_ANSWER", { retryable: false, details: { reason } });
}
