import { z } from "zod";

/** A system's name: lower-case letters and digits, as in `coinhubx`. */
export const systemNameSchema = z.string().regex(/^[a-z][a-z0-9-]{1,30}$/);

export const jsonSchemaSchema = z.record(z.string(), z.json());
