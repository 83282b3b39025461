import { toAmount } from "@assay/primitives/amount";
import { toAssetCode } from "@assay/primitives/money";
import fc from "fast-check";
import { type AccountKey, HOUSE } from "../../src/ledger/account.ts";
import { FULL_AMOUNT } from "../../src/ledger/judgement.ts";
import { type TransferCommand, toTransferId } from "../../src/ledger/transfer.ts";

const ETH = toAssetCode("ETH");
const USDT = toAssetCode("USDT");

/** Few accounts, ids and amounts, so that commands collide, repeat and refer to each other. */
export const ACCOUNTS: readonly AccountKey[] = [ETH, USDT].flatMap((asset): AccountKey[] => [
  { owner: HOUSE, code: "house", asset },
  { owner: "alice", code: "customer", asset },
  { owner: "alice", code: "customer_orders", asset },
  { owner: "bob", code: "customer", asset },
]);

const account = fc.constantFrom(...ACCOUNTS);
const id = fc.integer({ min: 1, max: 25 }).map((number) => toTransferId(`t${number}`));
const amount = fc.oneof(
  { weight: 9, arbitrary: fc.bigInt({ min: 0n, max: 40n }).map(toAmount) },
  { weight: 1, arbitrary: fc.constant(FULL_AMOUNT) },
);

type Flags = NonNullable<TransferCommand["flags"]>;
const flags: fc.Arbitrary<Flags> = fc.oneof(
  { weight: 6, arbitrary: fc.constant({}) },
  { weight: 3, arbitrary: fc.constant({ pending: true }) },
  { weight: 3, arbitrary: fc.constantFrom({ postPending: true }, { voidPending: true }) },
  { weight: 2, arbitrary: fc.constantFrom({ balancingDebit: true }, { balancingCredit: true }) },
);

/** Any well-formed command; whether the ledger takes it depends on what came before. */
export const commands: fc.Arbitrary<TransferCommand> = fc
  .record({
    id,
    debit: account,
    credit: account,
    amount,
    flags,
    pendingId: id,
    reverses: fc.option(id),
    timeout: fc.nat(3),
  })
  .filter(({ debit, credit, id, pendingId }) => debit !== credit && debit.asset === credit.asset && id !== pendingId)
  .map(({ pendingId, reverses, timeout, ...command }) => {
    const ends = command.flags.postPending || command.flags.voidPending;
    const isPlain = Object.keys(command.flags).length === 0;
    return {
      ...command,
      amount: command.amount === FULL_AMOUNT && !ends ? toAmount(1_000_000n) : command.amount,
      code: "trade" as const,
      correlationId: "test",
      ...(ends ? { pendingId } : {}),
      ...(command.flags.pending ? { timeoutMs: timeout * 1_000 } : {}),
      ...(isPlain && reverses !== null ? { reverses } : {}),
    };
  });

export type Step =
  | { readonly do: "post"; readonly command: TransferCommand }
  | { readonly do: "link"; readonly commands: readonly TransferCommand[] }
  | { readonly do: "wait"; readonly ms: number };

/** A day at the ledger. */
export const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: commands.map((command): Step => ({ do: "post", command })) },
    {
      weight: 2,
      arbitrary: fc
        .array(commands, { minLength: 2, maxLength: 4 })
        .map((chain): Step => ({ do: "link", commands: chain })),
    },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 4_000 }).map((ms): Step => ({ do: "wait", ms })) },
  ),
  { maxLength: 60 },
);
