import { z } from "zod";

export const contactKindSchema = z.enum(["email", "webhook"]);
export type ContactKind = z.infer<typeof contactKindSchema>;

/** One way to reach a person: an e-mail address, or an http(s) address that gets a signed POST. */
export const contactMethodSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("email"), target: z.email().max(254) }),
  z.strictObject({ kind: z.literal("webhook"), target: z.url({ protocol: /^https?$/ }).max(2_000) }),
]);
export type ContactMethod = z.infer<typeof contactMethodSchema>;

/** In the order in which they are tried. */
export const contactsSchema = z.strictObject({ contacts: z.array(contactMethodSchema).max(5) });
