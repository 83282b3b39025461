import { formatInstant, type Instant } from "@assay/primitives/instant";
import type { PageMessage } from "../delivery/page-message.ts";
import { type Escalation, waitWords } from "./escalation.ts";

/** Why people are told now. */
export type Why =
  | { readonly kind: "first" }
  | { readonly kind: "reminder" | "repeat"; readonly waitedMs: number }
  | { readonly kind: "step"; readonly title: string; readonly waitedMs: number }
  | { readonly kind: "acknowledgement_expired"; readonly by: string };

/** The message as it reaches a person, with why it comes now and where to answer it. */
export function messageFor(
  escalation: Escalation,
  why: Why,
  { now, publicUrl }: { readonly now: Instant; readonly publicUrl: string },
): PageMessage {
  const { id, message, round } = escalation;
  const said = reason(why);
  const link = `${publicUrl}/on-call/pages/${id}`;
  const text = [...(said === undefined ? [] : [`${capital(said)}.`]), message.text, `Answer: ${link}`].join("\n");
  const type =
    why.kind === "acknowledgement_expired" ? `${message.type.split(".")[0]}.acknowledgement_expired` : message.type;
  const step = why.kind === "step" ? why.title : null;
  return {
    ...message,
    type,
    title: said === undefined ? message.title : `${message.title} (${said})`,
    text,
    at: formatInstant(now),
    data: { ...message.data, escalation: { id, why: why.kind, step, round, answer: link } },
  };
}

function reason(why: Why): string | undefined {
  if (why.kind === "first") return undefined;
  if (why.kind === "acknowledgement_expired") return `the acknowledgement of ${why.by} has expired`;
  const silence = `no answer for ${waitWords(why.waitedMs)}`;
  if (why.kind === "step") return `${why.title}: ${silence}`;
  return why.kind === "repeat" ? `${silence}, called again from the top` : silence;
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
