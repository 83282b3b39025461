import { accept, type Result, refuse } from "@assay/primitives/result";

export const ATTRIBUTES = [
  "name",
  "effect",
  "timeout",
  "retry",
  "approval",
  "env",
  "rollback",
  "on-fail",
  "capture",
  "redact",
  "ci",
] as const;
export type Attribute = (typeof ATTRIBUTES)[number];
export type Attributes = Partial<Readonly<Record<Attribute, string>>>;

const PAIR = /^([a-z][a-z-]*)=(\S+)$/;

/**
 * Reads the part of a code fence's info string after the language: `{ name=x effect=read timeout=10s }`. Values hold no
 * spaces, so other runbook tools can open the file too.
 */
export function parseInfoString(
  meta: string,
): Result<Attributes, { code: "BAD_INFO_STRING"; message: string; unknown?: string }> {
  const inner = /^\{\s(.*)\s\}$/.exec(meta.trim())?.[1];
  if (inner === undefined) return refuseInfo("attributes stand between `{ ` and ` }`");
  const attributes: Record<string, string> = {};
  for (const word of inner.split(/\s+/).filter((part) => part !== "")) {
    const pair = PAIR.exec(word);
    if (!pair) return refuseInfo(`\`${word}\` is not key=value`);
    const [, key, value] = pair as unknown as [string, string, string];
    if (!isAttribute(key)) return refuseInfo(`unknown attribute \`${key}\`; known are ${ATTRIBUTES.join(" ")}`);
    if (key in attributes) return refuseInfo(`\`${key}\` stands twice`);
    attributes[key] = value;
  }
  return accept(attributes);
}

function isAttribute(key: string): key is Attribute {
  return (ATTRIBUTES as readonly string[]).includes(key);
}

function refuseInfo(message: string) {
  return refuse({ code: "BAD_INFO_STRING" as const, message });
}
