import { readFile } from "node:fs/promises";
import { UsageError } from "@assay/platform/command-line/parse-arguments";
import { Failure } from "@assay/primitives/failure";

/** The text of a file that somebody named. @throws UsageError when there is none; Failure `FILE_UNREADABLE`. */
export async function readNamedFile(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT") throw new UsageError(`there is no file ${path}`);
    throw new Failure("FILE_UNREADABLE", { retryable: false, cause, details: { reason: `${path}: ${message}` } });
  }
}

/** The JSON in a file that somebody named. Throws as {@link readNamedFile}, and UsageError for what is no JSON. */
export async function readNamedJson(path: string): Promise<unknown> {
  const text = await readNamedFile(path);
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageError(`${path} is not JSON`);
  }
}
