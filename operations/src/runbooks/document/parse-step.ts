import type { Blockquote, Code, Heading, List, Nodes, RootContent } from "mdast";
import { effectSchema } from "../../manifest/manifest.ts";
import { type Expectation, parseExpectation } from "../expect/expectation.ts";
import { parseCaution } from "./caution.ts";
import { parseDuration } from "./duration.ts";
import { parseInfoString } from "./info-string.ts";
import { placeOf, sourceOf, textOf } from "./markdown.ts";
import { parseBlock, parseTaskList } from "./parse-block.ts";
import type { Problems } from "./problem.ts";
import { readYaml } from "./read-yaml.ts";
import type { Block, Step, StepKind } from "./runbook.ts";
import { readOptions } from "./step-options.ts";

/** A heading and what follows it up to the next. */
export interface Section {
  readonly title: string;
  readonly heading: Heading;
  readonly content: RootContent[];
}

interface StepInput {
  readonly section: Section;
  readonly source: string;
  readonly index: number;
  readonly problems: Problems;
}

interface Parts {
  block?: Code | List;
  expect?: Code;
  caution?: Blockquote;
}

type Shared = Pick<Step, "index" | "title" | "line" | "prose" | "expect" | "caution">;

const EXECUTABLE = ["http", "sh", "sql", "promql"];
const KEBAB = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/** The step a section holds; undefined for prose, and for a block too broken to become a step. */
export function parseStep(input: StepInput): Step | undefined {
  const { section, problems } = input;
  const parts = partsOf(section, problems);
  const expect = parts.expect === undefined ? undefined : readExpect(parts.expect, problems);
  if (parts.block === undefined) {
    if (parts.expect) problems.add("block-place", placeOf(parts.expect), "an expectation follows the block it judges");
    return undefined;
  }
  const shared = {
    index: input.index,
    title: section.title,
    line: placeOf(section.heading).line,
    prose: proseOf(input, parts),
    ...(expect === undefined ? {} : { expect }),
    ...(parts.caution === undefined
      ? {}
      : { caution: parseCaution(input.source, parts.caution, placeOf(parts.caution)) }),
  };
  return parts.block.type === "list"
    ? manualStep(shared, parts.block, problems)
    : executableStep(shared, parts.block, problems);
}

function manualStep(shared: Shared, list: List, problems: Problems): Step | undefined {
  const block = parseTaskList(list, problems);
  if (block === undefined) return undefined;
  const { expect, ...rest } = shared;
  if (expect) {
    const message = "a person signs a manual step; it expects nothing of a machine";
    problems.add("manual-grammar", { line: expect.line, column: 1 }, message);
  }
  const name = slug(shared.title);
  if (name === "") problems.add("manual-grammar", placeOf(list), "the heading of a manual step names it");
  return { ...rest, name, kind: "manual", effect: "none", block, onFail: "stop", captures: [], redact: [] };
}

/** A manual step has no info string; the code host's anchor of its heading names it. */
function slug(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^[-\d]+|-+$/g, "");
}

function executableStep(shared: Shared, code: Code, problems: Problems): Step | undefined {
  const place = placeOf(code);
  const info = parseInfoString(code.meta ?? "");
  if (!info.ok) {
    problems.add("info-string", place, info.refusal.message);
    return undefined;
  }
  const require = <T>(value: T | undefined, sentence: string): T | undefined => {
    if (value === undefined) problems.add("required-attribute", place, sentence);
    return value;
  };
  const { name: givenName = "", effect: givenEffect, timeout = "" } = info.value;
  const block = parseBlock(code, problems);
  const name = require(KEBAB.exec(givenName)?.[0], "`name` is required: lower-case words joined by hyphens");
  const effect = require(effectSchema.safeParse(givenEffect).data, "`effect` is required: read, write or danger");
  const timeoutMs = require(parseDuration(timeout), "`timeout` is required, such as 10s: no step is unbounded");
  const options = readOptions(info.value, (message) => problems.add("attribute", place, message));
  if (block === undefined || name === undefined || effect === undefined || timeoutMs === undefined) return undefined;
  return { ...shared, name, effect, block, timeoutMs, kind: kindOf(block, effect), ...options };
}

function kindOf(block: Block, effect: string): StepKind {
  if (block.kind === "action") return "action";
  return effect === "read" ? "check" : "command";
}

/** Finds the block, its expectation and the caution box, and refuses what nobody would check. */
function partsOf(section: Section, problems: Problems): Parts {
  const parts: Parts = {};
  for (const node of section.content) {
    const complain = (rule: string, message: string) => problems.add(rule, placeOf(node), message);
    if (node.type === "code" && node.lang === "yaml" && node.meta?.trim() === "expect") {
      if (parts.expect) complain("one-expect", "a step has at most one `yaml expect` block");
      parts.expect ??= node;
    } else if (isTaskList(node) || isRunnable(node)) {
      if (parts.block) complain("one-block", "a step has one block; open another step with a heading");
      parts.block ??= node;
    } else if (node.type === "blockquote" && textOf(node).startsWith("[!CAUTION]")) {
      parts.caution ??= node;
    } else if (holdsCode(node)) {
      complain("block-language", "a block that does not run says something that nothing checks");
    }
  }
  return parts;
}

function isTaskList(node: RootContent): node is List {
  return node.type === "list" && node.children.some((item) => typeof item.checked === "boolean");
}

function isRunnable(node: RootContent): node is Code {
  if (node.type !== "code") return false;
  return EXECUTABLE.includes(node.lang ?? "") || (node.lang === "yaml" && (node.meta ?? "").trim().startsWith("{"));
}

function holdsCode(node: Nodes): boolean {
  return node.type === "code" || ("children" in node && node.children.some(holdsCode));
}

function readExpect(code: Code, problems: Problems): Expectation | undefined {
  const yaml = readYaml(code.value, placeOf(code).line + 1);
  if (yaml.ok) return parseExpectation(yaml.value, problems);
  problems.add("expect-grammar", yaml.refusal.place, yaml.refusal.message);
  return undefined;
}

/** What stands before the block. The caution box has a place of its own. */
function proseOf({ section, source }: StepInput, { block, caution }: Parts): string {
  const before = section.content.slice(0, section.content.indexOf(block!));
  return before
    .filter((node) => node !== caution)
    .map((node) => sourceOf(source, [node]))
    .join("\n\n");
}
