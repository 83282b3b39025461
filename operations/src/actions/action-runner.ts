import type { Clock } from "@assay/platform/clock/clock";
import { canonicalJson } from "@assay/primitives/canonical-json";
import { Failure } from "@assay/primitives/failure";
import { sha256Hex } from "@assay/primitives/hash";
import { isJsonObject, type JsonValue } from "@assay/primitives/json";
import type { ApprovalOutcome } from "../approvals/approval.ts";
import type { BoundAction } from "../approvals/approval-digest.ts";
import type { AuditLog } from "../audit/audit.ts";
import type { AuditActor } from "../audit/audit-entry.ts";
import type { CatalogueAction, OwnRequest } from "./action-catalogue.ts";

/** Asks a system to act. @throws Failure when no answer came. */
export interface ActionTransport {
  send(request: {
    readonly url: string;
    readonly token: string;
    readonly body: JsonValue;
  }): Promise<{ readonly status: number; readonly body: JsonValue }>;
}

/** Signs what the systems believe. */
export interface GrantSigner {
  /** Single use, bound to the approval's digest, the action and its parameters. */
  grant(grant: {
    readonly requesterId: string;
    readonly system: string;
    readonly approvalId: string;
    readonly action: string;
    readonly paramsSha256: string;
    readonly digest: string;
  }): Promise<string>;
  /** The person's own access token, for what needs no grant. */
  access(personId: string, system: string): Promise<string | undefined>;
}

export interface ActionRunnerOptions {
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly transport: ActionTransport;
  readonly signer: GrantSigner;
}

/** Something that everyone who must has agreed to. */
export interface AgreedAction {
  /** Of the approval, or of the run of one person. */
  readonly id: string;
  readonly entry: CatalogueAction;
  readonly bound: BoundAction;
  readonly digest: string;
  readonly reason: string;
  /** Everybody else who signed. */
  readonly approvers: readonly { readonly id: string; readonly name: string }[];
  readonly incidentId: string | null;
}

export interface ActionResult {
  readonly succeeded: boolean;
  readonly outcome: ApprovalOutcome;
}

const LARGEST_ANSWER_CHARACTERS = 16_384;

/** Does what was agreed: the audit entry first, signed outside the database, then one call to the system. Never throws. */
export class ActionRunner {
  readonly #options: ActionRunnerOptions;

  constructor(options: ActionRunnerOptions) {
    this.#options = options;
  }

  async run(agreed: AgreedAction): Promise<ActionResult> {
    try {
      await this.#recordIntent(agreed);
    } catch {
      return failed("AUDIT_UNAVAILABLE");
    }
    try {
      return await this.#send(agreed);
    } catch (error) {
      return failed(error instanceof Failure ? codeOfFailure(error) : "PLANE_FAILED");
    }
  }

  /** Effects that change something may not happen without their entry; reading may not either, it is as cheap. */
  async #recordIntent({ id, bound, digest, reason, approvers, incidentId }: AgreedAction): Promise<void> {
    const actor: AuditActor = { kind: "person", ...bound.requester };
    await this.#options.audit.appendBeforeAct({
      actor,
      action: `${bound.action}.${approvers.length > 0 ? "approved" : "begun"}`,
      target: bound.target,
      details: { id, digest, reason, params: bound.params, approvers: approvers.map(({ id, name }) => ({ id, name })) },
      ...(incidentId === null ? {} : { incidentId }),
    });
  }

  async #send(agreed: AgreedAction): Promise<ActionResult> {
    const { entry } = agreed;
    const reply = entry.own === undefined ? await this.#ask(agreed) : await entry.own.perform(ownRequest(agreed));
    if (reply === undefined) return failed("REQUESTER_LEFT");
    const answer = boundedAnswer(reply.body);
    if (reply.status >= 200 && reply.status < 300) return { succeeded: true, outcome: { code: "DONE", answer } };
    const code = isJsonObject(reply.body) && typeof reply.body.code === "string" ? reply.body.code : undefined;
    return { succeeded: false, outcome: { code: code ?? `HTTP_${reply.status}`, answer } };
  }

  /** Undefined when the requester may not act any more. */
  async #ask(agreed: AgreedAction): Promise<{ readonly status: number; readonly body: JsonValue } | undefined> {
    const { id, entry, bound, digest, approvers } = agreed;
    const { signer, transport } = this.#options;
    const token =
      entry.description.effect === "danger"
        ? await signer.grant({
            requesterId: bound.requester.id,
            system: entry.system,
            approvalId: id,
            action: bound.action,
            paramsSha256: sha256Hex(canonicalJson(bound.params)),
            digest,
          })
        : await signer.access(bound.requester.id, entry.system);
    if (token === undefined) return undefined;
    const url = `${entry.url.replace(/\/$/, "")}/ops/actions/${encodeURIComponent(bound.action)}`;
    const body = {
      params: bound.params,
      approval: { id, digest },
      requester: bound.requester,
      approvers: approvers.map(({ id, name }) => ({ id, name })),
    };
    return await transport.send({ url, token, body });
  }
}

function ownRequest({ id, bound, digest, reason, approvers }: AgreedAction): OwnRequest {
  const { params, requester } = bound;
  return { params, approval: { id, digest }, reason, requester, approvers };
}

function failed(code: string): ActionResult {
  return { succeeded: false, outcome: { code, answer: null } };
}

// Only these say for certain that no byte reached the system.
const NEVER_CONNECTED = new Set(["ECONNREFUSED", "ENOTFOUND", "EHOSTUNREACH", "ENETUNREACH"]);

/** Without an answer nobody knows whether it was done, unless the connection was never made. */
function codeOfFailure(error: Failure): string {
  if (!error.code.startsWith("HTTP_")) return error.code;
  for (let cause: unknown = error.cause; cause instanceof Error; cause = cause.cause) {
    if (NEVER_CONNECTED.has(String((cause as NodeJS.ErrnoException).code))) return "SYSTEM_UNREACHABLE";
  }
  return "OUTCOME_UNKNOWN";
}

function boundedAnswer(answer: JsonValue): JsonValue {
  const text = JSON.stringify(answer) ?? "null";
  return text.length <= LARGEST_ANSWER_CHARACTERS ? answer : { oversize: { characters: text.length } };
}
