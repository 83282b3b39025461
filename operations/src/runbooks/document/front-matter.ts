import { z } from "zod";
import type { Problems } from "./problem.ts";
import { readYaml } from "./read-yaml.ts";
import { ENVIRONMENTS, type RunbookHeader } from "./runbook.ts";

const kebab = z.string().regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, "is lower-case words joined by hyphens");

// No `secret`: a parameter is stored and shown, and the tokens of requests never pass through one.
const parameterSchema = z.strictObject({
  type: z.enum(["string", "integer", "boolean", "url", "choice"]),
  default: z.union([z.string(), z.number(), z.boolean()]).optional(),
  required: z.boolean().optional(),
  choices: z.array(z.string()).min(1).optional(),
  pattern: z.string().optional(),
  description: z.string().optional(),
});

const headerSchema = z.strictObject({
  runbook: kebab,
  title: z.string().min(1),
  version: z.int().min(1),
  severity: z.enum(["P0", "P1", "P2", "P3"]),
  owner: z.string().min(1).optional(),
  alerts: z.array(z.string().regex(/^[a-z][a-z0-9-]*\.[A-Z][A-Za-z0-9_]+$/, "is system.NAME")).default([]),
  covers: z.array(z.string().regex(/^[A-Z]{2,3}-\d{1,3}$/, "is a seed id such as HX-3")).default([]),
  environments: z
    .array(z.enum(["local", "staging", "production"]))
    .min(1)
    .default([...ENVIRONMENTS]),
  params: z.record(z.string().regex(/^[a-z][a-z0-9_]*$/), parameterSchema).default({}),
  drill: z.strictObject({ fault: z.string().min(1) }).optional(),
});

/** Reads the front matter, whose text starts on `firstLine`; undefined when it has no usable shape. */
export function parseFrontMatter(text: string, firstLine: number, problems: Problems): RunbookHeader | undefined {
  const yaml = readYaml(text, firstLine);
  if (!yaml.ok) {
    problems.add("front-matter", yaml.refusal.place, yaml.refusal.message);
    return undefined;
  }
  const parsed = headerSchema.safeParse(yaml.value.value);
  if (parsed.success) return withParameterDefaults(parsed.data);
  for (const issue of parsed.error.issues) {
    const path = issue.path.filter((part) => typeof part !== "symbol");
    problems.add("front-matter", yaml.value.placeOf(path), `${path.join(".") || "front matter"}: ${issue.message}`);
  }
  return undefined;
}

function withParameterDefaults(data: z.infer<typeof headerSchema>): RunbookHeader {
  const { owner, drill, params, ...rest } = data;
  return {
    ...rest,
    ...(owner === undefined ? {} : { owner }),
    ...(drill === undefined ? {} : { drill }),
    params: Object.fromEntries(
      Object.entries(params).map(([name, { default: value, choices, pattern, description, required, type }]) => [
        name,
        {
          type,
          required: required ?? value === undefined,
          ...(value === undefined ? {} : { default: value }),
          ...(choices === undefined ? {} : { choices }),
          ...(pattern === undefined ? {} : { pattern }),
          ...(description === undefined ? {} : { description }),
        },
      ]),
    ),
  };
}
