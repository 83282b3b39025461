import { z } from "zod";

/** Text as people write it, of several lines if they like, without control characters that a database or a log would trip over. */
export function textSchema(maxLength: number) {
  return z
    .string()
    .max(maxLength)
    .regex(/^(?:[^\p{Cc}\p{Cs}]|[\t\r\n])*$/u, "holds control characters");
}

/** As {@link textSchema}, on one line. */
export function lineSchema(maxLength: number) {
  return z
    .string()
    .max(maxLength)
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, "holds control characters");
}
