import { AMOUNT_LIMIT, type Amount, toAmount, ZERO } from "@assay/primitives/amount";
import { type Refused, refuse } from "@assay/primitives/result";
import type { AccountKey, AccountState, LedgerAccount } from "./account.ts";
import { applyToBalances } from "./balances.ts";
import type {
  LedgerTransfer,
  TransferCommand,
  TransferId,
  TransferKind,
  TransferRefusal,
  TransferRefusalCode,
} from "./transfer.ts";

/** The part of the ledger that one command is judged against. */
export interface LedgerView {
  /** When the next row will be recorded, and its place in the journal. */
  readonly nowUs: number;
  readonly sequence: number;
  account(key: AccountKey): LedgerAccount | undefined;
  transfer(id: TransferId): LedgerTransfer | undefined;
  /** How a pending transfer ended, if it did. */
  endOf(pendingId: TransferId): TransferKind | undefined;
  /** How much of a transfer has been reversed. */
  reversedAmount(id: TransferId): Amount;
}

/** What a command does: the new row and both accounts after it; or the row it already made, and nothing. */
export type Judgement =
  | { readonly ok: true; readonly replayed: false; readonly row: JournalRow<LedgerAccount> }
  | { readonly ok: true; readonly replayed: true; readonly transfer: LedgerTransfer }
  | Refused<TransferRefusal>;

/** A transfer with both accounts as it leaves them: all of a journal row but its hash. */
export interface JournalRow<Account extends AccountState = AccountState> {
  readonly transfer: LedgerTransfer;
  readonly debit: Account;
  readonly credit: Account;
}

/** A post or a balancing transfer of this amount takes all there is. */
export const FULL_AMOUNT = toAmount(AMOUNT_LIMIT - 1n);

/** A command with its accounts found. */
export interface Move {
  readonly command: TransferCommand;
  readonly debit: LedgerAccount;
  readonly credit: LedgerAccount;
  readonly inputHash: Uint8Array;
}

export function refuseTransfer(command: { readonly id: TransferId }, code: TransferRefusalCode) {
  return refuse<TransferRefusal>({ code, transferId: command.id });
}

export interface RowContents {
  readonly kind: TransferKind;
  readonly amount: Amount;
  /** The amount of the pending transfer that ends, all of which leaves the pending balances. */
  readonly released?: Amount;
}

/** The row of a command that passed every rule. */
export function writeRow(view: LedgerView, move: Move, { kind, amount, released }: RowContents): Judgement {
  const { command, debit, credit, inputHash } = move;
  const flags = command.flags ?? {};
  const transfer: LedgerTransfer = {
    sequence: view.sequence,
    id: command.id,
    inputHash,
    kind,
    linked: flags.linked ?? false,
    balancingDebit: flags.balancingDebit ?? false,
    balancingCredit: flags.balancingCredit ?? false,
    debitAccountId: debit.id,
    creditAccountId: credit.id,
    debit: command.debit,
    credit: command.credit,
    amount,
    amountRequested: command.amount,
    pendingId: command.pendingId,
    reverses: command.reverses,
    timeoutMs: command.timeoutMs || undefined,
    code: command.code,
    correlationId: command.correlationId,
    metadata: command.metadata ?? {},
    effectiveAtUs: command.effectiveAt === undefined ? view.nowUs : command.effectiveAt * 1_000,
    recordedAtUs: view.nowUs,
  };
  const change = { kind, amount, released: released ?? ZERO };
  return {
    ok: true,
    replayed: false,
    row: {
      transfer,
      debit: applyToBalances(debit, "debit", change),
      credit: applyToBalances(credit, "credit", change),
    },
  };
}
