/** A block of a guide that its test runs: a script, one that stays in the background, or a file. */
export interface GuideBlock {
  /** Number of the section it stands in. */
  readonly section: number;
  readonly kind: "run" | "background" | "file" | "append";
  /** Of a file. */
  readonly path: string | undefined;
  readonly text: string;
}

const FENCE = /^(`{3,})(.*)$/;

/** The blocks that are commands (`sh`) or files (`file=…`, `append=…`), in their order. */
export function guideBlocks(markdown: string): GuideBlock[] {
  const blocks: GuideBlock[] = [];
  let section = 0;
  let open: { readonly fence: string; readonly info: string; readonly lines: string[] } | undefined;
  for (const line of markdown.split("\n")) {
    if (open !== undefined) {
      if (line === open.fence) {
        blocks.push(...toBlock(section, open.info, `${open.lines.join("\n")}\n`));
        open = undefined;
      } else open.lines.push(line);
      continue;
    }
    const heading = /^## (\d+)\./.exec(line);
    if (heading !== null) section = Number(heading[1]);
    const fence = FENCE.exec(line);
    if (fence !== null) open = { fence: fence[1]!, info: fence[2]!, lines: [] };
  }
  return blocks;
}

function toBlock(section: number, info: string, text: string): GuideBlock[] {
  const [language, option = ""] = info.split(" ");
  const [word = "", path] = option.split("=");
  if (language === "sh")
    return [{ section, kind: word === "background" ? "background" : "run", path: undefined, text }];
  return word === "file" || word === "append" ? [{ section, kind: word, path, text }] : [];
}
