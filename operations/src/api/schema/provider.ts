import { z } from "zod";
import { timeSchema } from "./identity.ts";

/** Whether people may sign in with an identity provider, and which. */
export const providerSchema = z.strictObject({
  provider: z.strictObject({ issuer: z.string(), name: z.string() }).nullable(),
});
/** Where the browser goes next. */
export const tripSchema = z.strictObject({ url: z.string() });
export const ownLinkSchema = z.strictObject({
  link: z.strictObject({ issuer: z.string(), subject: z.string(), linkedAt: timeSchema }).nullable(),
});
