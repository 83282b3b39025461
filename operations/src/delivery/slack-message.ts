import type { PageMessage } from "./page-message.ts";

const LONGEST_TITLE = 150;
const LONGEST_TEXT = 2_900;

/** The body for an incoming webhook of Slack: blocks, and a text for whoever shows none (Slack API, Block Kit). */
export function slackMessage({ title, text, url }: PageMessage): string {
  return JSON.stringify({
    text: `${escaped(title)} ${url}`,
    blocks: [
      { type: "header", text: { type: "plain_text", text: title.slice(0, LONGEST_TITLE), emoji: false } },
      { type: "section", text: { type: "mrkdwn", text: escaped(text.slice(0, LONGEST_TEXT)), verbatim: true } },
      { type: "actions", elements: [{ type: "button", text: { type: "plain_text", text: "Open" }, url }] },
    ],
    unfurl_links: false,
  });
}

/** What Slack reads as markup: without it a summary could mention everybody. */
function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
