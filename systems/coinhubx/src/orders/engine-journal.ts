import type { Sql } from "@assay/platform/storage/database";
import { sql } from "@assay/platform/storage/sql";
import { fromHex, toHex } from "@assay/primitives/bytes";
import { toInstant } from "@assay/primitives/instant";
import type { CustomerId } from "../customers/customer.ts";
import type { MarketCode } from "../markets/markets.ts";
import type { EngineCommand, RiskVerdict } from "../matching/engine-command.ts";
import type { EngineEvent } from "../matching/engine-event.ts";
import type { OrderId, OrderOptions, Side } from "../matching/order.ts";
import type { JournalEntry } from "../matching/replay.ts";
import { toEventJson } from "./engine-event-json.ts";
import { type OptionColumns, optionColumns, readOptions } from "./option-columns.ts";

/** One executed command with what it did, as a batch writes it. */
export interface ExecutedCommand extends JournalEntry {
  readonly events: readonly EngineEvent[];
}

/** Appends a batch's commands and their events. */
export async function appendJournal(
  transaction: Sql,
  { market, epoch }: { readonly market: MarketCode; readonly epoch: number },
  executed: readonly ExecutedCommand[],
): Promise<void> {
  const rows = JSON.stringify(executed.map(toRow));
  await transaction.execute(sql`
    with executed as (
      select * from json_to_recordset(${rows}::json) as row(sequence bigint, type text, order_id text, customer_id text,
        side text, price_ticks bigint, quantity_lots bigint, maker_fee_bps smallint, taker_fee_bps smallint,
        order_type text, time_in_force text, post_only boolean, stp text, stop_price_ticks bigint, budget numeric,
        verdict text, at_ms double precision, state_hash text, events json)
    ), appended as (
      insert into engine_commands (market, sequence, epoch, type, order_id, customer_id, side, price_ticks,
        quantity_lots, maker_fee_bps, taker_fee_bps, order_type, time_in_force, post_only, stp, stop_price_ticks, budget,
        verdict, at, state_hash)
      select ${market}, sequence, ${epoch}, type, order_id, customer_id, side, price_ticks, quantity_lots,
        maker_fee_bps, taker_fee_bps, order_type, time_in_force, post_only, stp, stop_price_ticks, budget, verdict, to_timestamp(at_ms / 1000), decode(state_hash, 'hex')
      from executed
    )
    insert into engine_events (market, sequence, events) select ${market}, sequence, events from executed`);
}

function toRow({ sequence, command, verdict, stateHash, events }: ExecutedCommand) {
  return {
    sequence,
    type: command.type,
    ...(command.type === "trigger" ? {} : { order_id: command.orderId, customer_id: command.customerId }),
    ...termColumns(command),
    verdict,
    at_ms: command.at,
    state_hash: stateHash,
    events: toEventJson(events),
  };
}

function termColumns(command: EngineCommand) {
  if (command.type === "cancel" || command.type === "trigger") return {};
  const size = { price_ticks: command.priceTicks, quantity_lots: command.quantityLots };
  if (command.type === "amend") return size;
  const { side, makerFeeBps, takerFeeBps, options } = command;
  const own = options === undefined ? {} : optionColumns(options);
  return { side, ...size, maker_fee_bps: makerFeeBps, taker_fee_bps: takerFeeBps, ...own };
}

interface CommandRow extends OptionColumns {
  readonly sequence: string;
  readonly type: EngineCommand["type"];
  readonly order_id: OrderId;
  readonly customer_id: CustomerId;
  readonly side: Side;
  readonly price_ticks: string;
  readonly quantity_lots: string;
  readonly maker_fee_bps: number;
  readonly taker_fee_bps: number;
  readonly verdict: RiskVerdict;
  readonly at: Date;
  readonly state_hash: Uint8Array | null;
}

/** The journal after `sequence`, at most `limit` entries. */
export async function readJournal(
  database: Sql,
  market: MarketCode,
  page: { readonly after: number; readonly limit: number },
): Promise<JournalEntry[]> {
  const rows = await database.query<CommandRow>(sql`
    select sequence, type, order_id, customer_id, side, price_ticks, quantity_lots, maker_fee_bps, taker_fee_bps,
      order_type, time_in_force, post_only, stp, stop_price_ticks, budget, verdict, at, state_hash
    from engine_commands where market = ${market} and sequence > ${page.after}
    order by sequence limit ${page.limit}`);
  return rows.map((row) => ({
    sequence: Number(row.sequence),
    command: toCommand(row),
    verdict: row.verdict,
    ...(row.state_hash === null ? {} : { stateHash: toHex(row.state_hash) }),
  }));
}

function toCommand(row: CommandRow): EngineCommand {
  const at = toInstant(row.at.getTime());
  if (row.type === "trigger") return { type: "trigger", at };
  const what = { orderId: row.order_id, customerId: row.customer_id, at };
  if (row.type === "cancel") return { type: "cancel", ...what };
  const size = { priceTicks: Number(row.price_ticks), quantityLots: Number(row.quantity_lots) };
  if (row.type === "amend") return { type: "amend", ...what, ...size };
  const fees = { makerFeeBps: row.maker_fee_bps, takerFeeBps: row.taker_fee_bps };
  const options: OrderOptions | undefined = readOptions(row);
  return { type: "place", ...what, side: row.side, ...size, ...fees, ...(options === undefined ? {} : { options }) };
}

/** Whether the journal holds this command: what a batch asks whose commit was cut off. */
export async function isJournaled(
  database: Sql,
  market: MarketCode,
  entry: { readonly sequence: number; readonly epoch: number },
): Promise<boolean> {
  // Within an epoch there is one writer, and it asks only after its lease began a new one.
  const rows = await database.query(sql`
    select from engine_commands
    where market = ${market} and sequence = ${entry.sequence} and epoch = ${entry.epoch}`);
  return rows.length === 1;
}

export interface StoredSnapshot {
  readonly sequence: number;
  readonly state: Uint8Array;
  readonly stateHash: string;
}

const SNAPSHOTS_KEPT = 10;

/** Stores a snapshot and drops all but the newest ten. */
export async function saveSnapshot(database: Sql, market: MarketCode, snapshot: StoredSnapshot): Promise<void> {
  await database.execute(sql`
    insert into engine_snapshots (market, sequence, state, state_hash)
    values (${market}, ${snapshot.sequence}, ${Buffer.from(snapshot.state)}, ${Buffer.from(fromHex(snapshot.stateHash))})
    on conflict (market, sequence) do nothing`);
  await database.execute(sql`
    delete from engine_snapshots where market = ${market} and sequence not in
      (select sequence from engine_snapshots where market = ${market} order by sequence desc limit ${SNAPSHOTS_KEPT})`);
}

/** The newest snapshot below `sequence`. */
export async function readSnapshotBelow(
  database: Sql,
  market: MarketCode,
  sequence: number,
): Promise<StoredSnapshot | undefined> {
  const [row] = await database.query<{ sequence: string; state: Uint8Array; state_hash: Uint8Array }>(sql`
    select sequence, state, state_hash from engine_snapshots
    where market = ${market} and sequence < ${sequence} order by sequence desc limit 1`);
  if (row === undefined) return undefined;
  return { sequence: Number(row.sequence), state: row.state, stateHash: toHex(row.state_hash) };
}
