import { z } from "zod";

/** A system's name: lower-case letters and digits, as in `coinhubx`. */
export const systemNameSchema = z.string().regex(/^[a-z][a-z0-9-]{1,30}$/);

export const jsonSchemaSchema = z.record(z.string(), z.json());

export const roleSchema = z.enum(["viewer", "operator", "approver", "compliance", "auditor", "admin"]);
export type Role = z.infer<typeof roleSchema>;

/** `09:30` on a clock on the wall. */
export const timeOfDaySchema = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "is a time of the day such as 09:30");

/** An IANA name such as `Europe/Zurich`; whether there is one is asked where the manifest is read. */
export const timeZoneSchema = z.string().regex(/^[A-Za-z][A-Za-z0-9_+/-]{1,60}$/, "is a time zone such as UTC");

/** Where in a JSON document the value is, as in a runbook's expectation: `$.rows[0].count`. */
export const jsonSelectSchema = z.string().startsWith("$").max(200);

/** What a value must fulfil, as in a runbook's expectation: `200` or `{ gte: 1 }`. */
export const matcherSchema = z.json();
