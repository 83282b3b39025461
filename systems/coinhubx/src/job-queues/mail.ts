import { z } from "zod";

/** What the queue `mail` carries. */
export const mailSchema = z.strictObject({ to: z.email(), subject: z.string().max(200), text: z.string().max(20_000) });
