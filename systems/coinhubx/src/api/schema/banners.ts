import { z } from "zod";

/** What customers must know on every page; written by people for them. */
export const bannersSchema = z.strictObject({
  banners: z.array(
    z.strictObject({
      id: z.string(),
      kind: z.enum(["incident", "maintenance", "component"]),
      /** `partial outage`, `under maintenance` …, as on the status page. */
      state: z.string(),
      title: z.string(),
      text: z.string(),
      starts_at: z.string().nullable(),
      ends_at: z.string().nullable(),
      /** Page to read more on. */
      url: z.string(),
    }),
  ),
});
export type Banners = z.infer<typeof bannersSchema>["banners"];
