import { Typography } from "@mantine/core";
import Markdown from "react-markdown";
import remarkGfm from "remark-gfm";

/** A runbook's own words. Markup that is not Markdown stays text. */
export function Prose({ text }: { readonly text: string }) {
  if (text === "") return null;
  return (
    <Typography fz="sm" className="prose">
      <Markdown remarkPlugins={[remarkGfm]}>{text}</Markdown>
    </Typography>
  );
}
