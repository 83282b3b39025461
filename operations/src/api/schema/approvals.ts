import { z } from "zod";
import { actionSchema, effectSchema, roleSchema } from "../../manifest/manifest.ts";
import { timeSchema } from "./identity.ts";
import { stepUpProofSchema, totpSchema } from "./step-up.ts";

const paramsSchema = z.record(z.string(), z.json());
const whoSchema = z.strictObject({ id: z.string(), name: z.string() });
const directionSchema = z.enum(["stop", "start", "neutral"]);
export const environmentSchema = z.enum(["local", "staging", "production"]);

const runbookSchema = z.strictObject({
  id: z.string().min(1).max(100),
  version: z.int().min(1),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

/** Everything that is hashed, and so everything that is agreed to: `approvalBytes(bound)` gives the digest's bytes. */
export const boundActionSchema = z.strictObject({
  action: z.string(),
  params: paramsSchema,
  target: z.string(),
  environment: z.string(),
  runbook: runbookSchema.nullable(),
  step: z.string().nullable(),
  requester: whoSchema,
  precondition: z.strictObject({ description: z.string(), state: z.string().nullable() }),
  nonce: z.string(),
  notBefore: timeSchema,
  expiresAt: timeSchema,
});

export const approvalStateSchema = z.enum([
  "awaiting_requester",
  "pending",
  "approved",
  "executed",
  "failed",
  "refused",
  "canceled",
  "expired",
]);

export const outcomeSchema = z.strictObject({
  /** `DONE`, the system's own refusal code, or why the plane did not ask it. */
  code: z.string(),
  answer: z.json(),
});

export const approvalSchema = z.strictObject({
  id: z.string(),
  system: z.string(),
  state: approvalStateSchema,
  bound: boundActionSchema,
  /** Hex SHA-256; what the approver's client sends back after computing it from `bound`. */
  digest: z.string(),
  /** `XXXX-XXXX` from the digest, for two people to compare by voice. */
  code: z.string(),
  /** What `bound.precondition.description` is the SHA-256 of: the sentence, the blast radius and the undo come from it. */
  description: actionSchema.nullable(),
  /** The action as a sentence, with its parameters. */
  sentence: z.string(),
  title: z.string(),
  blastRadius: z.string(),
  undo: z.string(),
  direction: directionSchema,
  reason: z.string(),
  policy: z.strictObject({ people: z.int().min(2).max(5), roles: z.array(roleSchema) }),
  signatures: z.array(
    z.strictObject({
      personId: z.string(),
      name: z.string(),
      roles: z.array(roleSchema),
      kind: z.enum(["request", "approval"]),
      at: timeSchema,
    }),
  ),
  createdAt: timeSchema,
  expiresAt: timeSchema,
  /** How often, and when last, those who could sign were told; told again each so often until somebody signs. */
  told: z.strictObject({ times: z.int(), at: timeSchema.nullable(), againMs: z.int() }),
  endedAt: timeSchema.nullable(),
  /** Why it was refused. */
  endReason: z.string().nullable(),
  outcome: outcomeSchema.nullable(),
  incidentId: z.string().nullable(),
});
export type ApprovalView = z.infer<typeof approvalSchema>;

export const approvalsQuery = z.strictObject({
  /** `open` waits for somebody. */
  state: z.enum(["open", "all"]).default("all"),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export const approvalsSchema = z.strictObject({ approvals: z.array(approvalSchema) });

/** The six digits, or any proof; one of them is needed. */
const proofMembers = { totp: totpSchema.optional(), stepUp: stepUpProofSchema.optional() };
const hasProof = ({ totp, stepUp }: { totp?: unknown; stepUp?: unknown }) => totp !== undefined || stepUp !== undefined;
const PROOF_MISSING = "needs stepUp: a code or a passkey's signature";
export const confirmBody = z.strictObject(proofMembers).refine(hasProof, PROOF_MISSING);
export const approveBody = z
  .strictObject({ ...proofMembers, digest: z.string().regex(/^[0-9a-f]{64}$/) })
  .refine(hasProof, PROOF_MISSING);
export const refuseBody = z.strictObject({ reason: z.string().trim().min(1).max(500) });
export const cancelBody = z.strictObject({});

export const reasonSchema = z.string().trim().min(1).max(500);
export const requestMembers = {
  action: z.string().min(1).max(200),
  params: paramsSchema.default({}),
  reason: reasonSchema,
  /** What it is done to, when that is more than the system. */
  target: z.string().min(1).max(200).optional(),
  incidentId: z.string().max(64).optional(),
  /** Version of the state that the requester saw. */
  stateVersion: z.string().max(200).optional(),
  runbook: runbookSchema.optional(),
  step: z.string().max(100).optional(),
  /** More people than the policy asks for; less is ignored. */
  people: z.int().min(1).max(5).optional(),
};

/** A system asks on behalf of a person, who called it with this access token; the person then confirms at the plane. */
export const requestApprovalBody = z.strictObject({ ...requestMembers, requesterToken: z.string().min(1).max(8_192) });

export const performActionBody = z.strictObject({
  ...requestMembers,
  system: z.string().max(64).optional(),
  /** Needed for what is dangerous, unless one person suffices and the session was stepped up in the last five minutes. */
  ...proofMembers,
});

export const actionRunSchema = z.strictObject({
  id: z.string(),
  system: z.string(),
  action: z.string(),
  state: z.enum(["running", "executed", "failed"]),
  digest: z.string(),
  requester: whoSchema,
  reason: z.string(),
  startedAt: timeSchema,
  endedAt: timeSchema.nullable(),
  outcome: outcomeSchema.nullable(),
});
export type ActionRunView = z.infer<typeof actionRunSchema>;

export const performedSchema = z.strictObject({ status: z.enum(["executed", "failed"]), run: actionRunSchema });
export const approvalRequiredSchema = z.strictObject({
  success: z.literal(true),
  status: z.literal("approval_required"),
  approval_id: z.string(),
  code: z.string(),
  expires_at: timeSchema,
  approval: approvalSchema,
});

export const policySchema = z.strictObject({
  action: z.string(),
  system: z.string(),
  title: z.string(),
  sentence: z.string(),
  blastRadius: z.string(),
  undo: z.string(),
  effect: effectSchema,
  direction: directionSchema,
  environment: z.string(),
  /** Distinct people, the requester among them. */
  people: z.int().min(1).max(5),
  /** Each is filled by somebody of their own. */
  roles: z.array(roleSchema),
  expiresInMs: z.int(),
  tellAgainMs: z.int(),
  /** Whether it must be agreed to each time. */
  neverStanding: z.boolean(),
  /** Where the numbers come from, in words. */
  sources: z.array(z.strictObject({ source: z.string(), says: z.string() })),
  pagesEveryone: z.boolean(),
  /** JSON Schema of the parameters. */
  params: z.record(z.string(), z.json()),
});
export const policiesSchema = z.strictObject({
  /** Of the table; 0 until it was changed for the first time. */
  version: z.int(),
  policies: z.array(policySchema),
});

export const policyVersionSchema = z.strictObject({
  version: z.int(),
  change: z.record(z.string(), z.json()),
  approvalId: z.string(),
  madeAt: timeSchema,
  reason: z.string(),
});
export const policyHistorySchema = z.strictObject({ versions: z.array(policyVersionSchema) });
