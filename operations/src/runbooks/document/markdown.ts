import type { Nodes, Root } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { frontmatterFromMarkdown } from "mdast-util-frontmatter";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { frontmatter } from "micromark-extension-frontmatter";
import { gfm } from "micromark-extension-gfm";
import type { Place } from "./problem.ts";

/** GitHub's Markdown with front matter, as the code host reads it. */
export function parseMarkdown(text: string): Root {
  return fromMarkdown(text, {
    extensions: [gfm(), frontmatter(["yaml"])],
    mdastExtensions: [gfmFromMarkdown(), frontmatterFromMarkdown(["yaml"])],
  });
}

/** Where a node starts, 1-based. */
export function placeOf(node: Nodes): Place {
  const start = node.position?.start;
  return { line: start?.line ?? 1, column: start?.column ?? 1 };
}

/** The words a reader sees, without marks; code spans and line breaks included. */
export function textOf(node: Nodes): string {
  if (node.type === "break") return "\n";
  if ("value" in node) return node.type === "html" ? "" : node.value;
  return "children" in node ? node.children.map(textOf).join(node.type === "list" ? "\n" : "") : "";
}

/** The Markdown from the start of the first node to the end of the last, as it stands in the file. */
export function sourceOf(text: string, nodes: readonly Nodes[]): string {
  const start = nodes[0]?.position?.start.offset;
  const end = nodes.at(-1)?.position?.end.offset;
  return start === undefined || end === undefined ? "" : text.slice(start, end);
}
