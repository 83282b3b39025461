import type { Clock } from "@assay/platform/clock/clock";
import type { Database } from "@assay/platform/storage/database";
import { parseAmount } from "@assay/primitives/amount";
import { parseInstant } from "@assay/primitives/instant";
import { accept, type Refused, refuse } from "@assay/primitives/result";
import { z } from "zod";
import { lineSchema, textSchema } from "../api/schema/text.ts";
import { appendAuditEntry } from "../audit/audit-outbox.ts";
import type { CustomerId } from "../customers/customer.ts";
import { findCustomer } from "../customers/customer-store.ts";
import { type AccountCode, type AccountKey, HOUSE } from "../ledger/account.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { type TransferCommand, type TransferOutcome, toTransferId } from "../ledger/transfer.ts";
import { ASSETS, USDT } from "../markets/assets.ts";
import { type Action, type ActionContext, type ActionResult, action } from "./action.ts";
import { rebuildBalanceAction } from "./rebuild-balance-action.ts";

export interface LedgerActionsOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly ledger: Ledger;
}

const PROBE_TIMEOUT_MS = 60_000;
const HOUSE_CODES = ["adjustments", "suspense", "house", "fees", "network_gas", "legacy_opening"] as const;
const REFUSALS = { TRANSFER_REFUSED: 409, TRANSFER_NOT_FOUND: 404, INVALID_AMOUNT: 422, UNKNOWN_USER: 404 };

const reason = textSchema(500).min(10);
const incidentId = lineSchema(64).min(1);
const assetCodes = ASSETS.map(({ code }) => code as string);

export function ledgerActions(options: LedgerActionsOptions): Action[] {
  return [probe(options), adjust(options), reverse(options), rebuildBalanceAction(options)];
}

function probe({ ledger }: LedgerActionsOptions): Action {
  return action({
    name: "coinhubx.ledger.probe",
    title: "Probe the ledger",
    effect: "write",
    params: z.strictObject({}),
    sentence: "Book the smallest pending transfer between house accounts and void it",
    blastRadius: "Two rows in the journal; no balance changes.",
    people: 1,
    roles: ["operator"],
    direction: "neutral",
    undo: "Nothing to undo: the transfer is voided.",
    refusals: REFUSALS,
    async perform(_, { correlationId }) {
      const accounts = { debit: house("house", USDT.code), credit: house("suspense", USDT.code) };
      const pendingId = toTransferId(`probe:${correlationId}`);
      const common = { ...accounts, amount: 1n as TransferCommand["amount"], code: "probe" as const, correlationId };
      const [held] = await ledger.post([
        { ...common, id: pendingId, flags: { pending: true }, timeoutMs: PROBE_TIMEOUT_MS },
      ]);
      if (!held!.ok) return refused(held!);
      const [voided] = await ledger.post([
        { ...common, id: toTransferId(`probe:${correlationId}:void`), flags: { voidPending: true }, pendingId },
      ]);
      return voided!.ok ? accept({ journal_position: voided!.value.sequence }) : refused(voided!);
    },
  });
}

const adjustment = z.strictObject({
  owner: z
    .string()
    .regex(/^[a-z0-9_-]{1,64}$/)
    .default(HOUSE)
    .describe("A customer's id, or house"),
  account: z.enum(["customer", ...HOUSE_CODES]).describe("The account that is credited or debited"),
  counter: z.enum(HOUSE_CODES).default("adjustments").describe("The house account on the other side"),
  asset: z.enum(assetCodes),
  amount: z.string().max(80).describe("In the asset's own unit, such as 1.5"),
  direction: z.enum(["credit", "debit"]),
  reason,
  incident_id: incidentId,
  effective_at: z.iso.datetime({ offset: true }).optional().describe("When it counts from, if earlier than now"),
});

function adjust(options: LedgerActionsOptions): Action {
  return action({
    name: "coinhubx.ledger.adjust",
    title: "Adjust a balance",
    effect: "danger",
    params: adjustment,
    sentence: "{direction} {amount} {asset} on account {account} of {owner}",
    blastRadius: "One balance and its counter account; the journal keeps it for good.",
    people: 2,
    roles: ["compliance", "admin"],
    direction: "neutral",
    undo: "The opposite adjustment, again by two people.",
    refusals: REFUSALS,
    perform: (params, context) => performAdjustment(options, params, context),
  });
}

async function performAdjustment(
  options: LedgerActionsOptions,
  params: z.output<typeof adjustment>,
  context: ActionContext,
): Promise<ActionResult> {
  const asset = ASSETS.find(({ code }) => code === params.asset)!;
  const amount = parseAmount(params.amount, asset.decimals);
  if (!amount.ok || amount.value === 0n) return refuse({ code: "INVALID_AMOUNT", detail: "The amount is not one." });
  const isCustomers = params.account === "customer";
  if (isCustomers === (params.owner === HOUSE)) {
    return refuse({ code: "INVALID_AMOUNT", detail: "A customer account has a customer, a house account has none." });
  }
  // The ledger opens accounts as they are named, and money on a mistyped one would be nobody's.
  if (isCustomers && (await findCustomer(options.database, params.owner as CustomerId)) === undefined)
    return refuse({ code: "UNKNOWN_USER", detail: "No customer has this id." });
  const account: AccountKey = { owner: params.owner, code: params.account, asset: asset.code };
  const counter = house(params.counter, asset.code);
  const effectiveAt = params.effective_at === undefined ? undefined : parseInstant(params.effective_at);
  return await post(options, context, {
    id: toTransferId(`adjust:${context.correlationId}`),
    ...(params.direction === "credit" ? { debit: counter, credit: account } : { debit: account, credit: counter }),
    amount: amount.value,
    code: "admin_adjustment",
    correlationId: context.correlationId,
    metadata: { reason: params.reason, incident_id: params.incident_id, by: context.by.id },
    ...(effectiveAt?.ok ? { effectiveAt: effectiveAt.value } : {}),
  });
}

const reversal = z.strictObject({
  transfer_id: lineSchema(128).min(1),
  amount: z.string().max(80).optional().describe("Part of it, in the asset's own unit; all of it when left out"),
  reason,
  incident_id: incidentId,
});

function reverse(options: LedgerActionsOptions): Action {
  return action({
    name: "coinhubx.ledger.reverse",
    title: "Reverse a transfer",
    effect: "danger",
    params: reversal,
    sentence: "Reverse transfer {transfer_id}",
    blastRadius: "The two accounts of that transfer.",
    people: 2,
    roles: ["compliance", "admin"],
    direction: "neutral",
    undo: "A reversal of the reversal, again by two people.",
    refusals: REFUSALS,
    async perform(params, context) {
      const original = await options.ledger.transfer(params.transfer_id as Parameters<Ledger["transfer"]>[0]);
      if (original === undefined) return refuse({ code: "TRANSFER_NOT_FOUND", detail: "No transfer has this id." });
      const { decimals } = ASSETS.find(({ code }) => code === original.debit.asset)!;
      const amount = params.amount === undefined ? accept(original.amount) : parseAmount(params.amount, decimals);
      if (!amount.ok) return refuse({ code: "INVALID_AMOUNT", detail: "The amount is not one." });
      return await post(options, context, {
        id: toTransferId(`reverse:${context.correlationId}`),
        debit: original.credit,
        credit: original.debit,
        amount: amount.value,
        code: "reversal",
        reverses: original.id,
        correlationId: context.correlationId,
        metadata: { reason: params.reason, incident_id: params.incident_id, by: context.by.id },
      });
    },
  });
}

/** Audit entry first: a correction that cannot be told of is not made. */
async function post(
  { database, ledger }: LedgerActionsOptions,
  { by }: ActionContext,
  command: TransferCommand,
): Promise<ActionResult> {
  const entry = { actor: by, action: `coinhubx.ledger.${command.code}.approved`, target: `transfer:${command.id}` };
  await appendAuditEntry(database, { ...entry, details: command.metadata ?? {} });
  const [outcome] = await ledger.post([command]);
  if (!outcome!.ok) return refused(outcome!);
  const { id, sequence, amount } = outcome!.value;
  return accept({ transfer_id: id, sequence, amount_units: amount.toString() });
}

function refused(outcome: TransferOutcome): Refused<{ code: string; detail: string }> {
  const code = outcome.ok ? "NONE" : outcome.refusal.code;
  return refuse({
    code: "TRANSFER_REFUSED",
    detail: `The ledger refuses: ${code}.`,
    members: { transfer_refusal: code },
  });
}

function house(code: AccountCode, asset: AccountKey["asset"]): AccountKey {
  return { owner: HOUSE, code, asset };
}
