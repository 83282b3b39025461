-- What is listed, and the matching engine: its journal, what the journal did, and the orders and trades that follow from it.

create table assets (
  code text primary key,
  decimals smallint not null,
  kind text not null check (kind in ('native', 'erc20')),
  minimum_deposit numeric(39,0) not null,
  minimum_withdrawal numeric(39,0) not null,
  withdrawal_fee numeric(39,0) not null,
  velocity_transaction numeric(39,0) not null,
  velocity_hour numeric(39,0) not null,
  velocity_day numeric(39,0) not null,
  velocity_week numeric(39,0) not null,
  velocity_month numeric(39,0) not null,
  net_outflow_day numeric(39,0) not null
);
insert into assets values
  ('ETH', 18, 'native', 1000000000000000, 5000000000000000, 1000000000000000, 10000000000000000000,
    20000000000000000000, 50000000000000000000, 200000000000000000000, 500000000000000000000, 500000000000000000000),
  ('USDT', 6, 'erc20', 1000000, 10000000, 2000000, 10000000000,
    20000000000, 50000000000, 200000000000, 500000000000, 500000000000),
  ('WBTC', 8, 'erc20', 10000, 50000, 10000, 100000000,
    200000000, 500000000, 2000000000, 5000000000, 5000000000);

create table markets (
  code text primary key,
  base text not null references assets,
  quote text not null references assets,
  lot numeric(39,0) not null check (lot > 0),
  tick numeric(39,0) not null check (tick > 0),
  -- lot × tick is a whole number of quote units: this one.
  units_per_lot_tick numeric(39,0) not null check (units_per_lot_tick > 0),
  minimum_notional numeric(39,0) not null,
  maximum_order_lots bigint not null check (maximum_order_lots > 0),
  maker_fee_bps smallint not null,
  taker_fee_bps smallint not null,
  listing_price_ticks bigint not null check (listing_price_ticks between 1 and 2147483647),
  state text not null default 'closed' check (state in ('open', 'post_only', 'cancel_only', 'closed')),
  state_reason text not null default '',
  state_changed_at timestamptz not null default now(),
  check (0 <= maker_fee_bps and maker_fee_bps <= taker_fee_bps and taker_fee_bps <= 100)
);
insert into markets (code, base, quote, lot, tick, units_per_lot_tick, minimum_notional, maximum_order_lots,
  maker_fee_bps, taker_fee_bps, listing_price_ticks, state, state_reason) values
  ('ETH-USDT', 'ETH', 'USDT', 100000000000000, 10000, 1, 5000000, 10000000, 5, 10, 300000, 'open', 'first listing'),
  ('WBTC-USDT', 'WBTC', 'USDT', 1000, 100000, 1, 5000000, 10000000, 5, 10, 600000, 'closed', 'not open yet'),
  ('WBTC-ETH', 'WBTC', 'ETH', 10000, 100000000000000, 10000000000, 2000000000000000, 1000000, 5, 10, 200000,
    'closed', 'not open yet');

-- Who runs a market's engine. Every batch of the engine holds its row for share and names its epoch, so a process that
-- was replaced cannot commit.
create table engine_leases (
  market text primary key references markets,
  owner text not null default '',
  epoch bigint not null default 0,
  expires_at timestamptz not null default '-infinity'
);
insert into engine_leases (market) select code from markets;

-- The journal: commands in order, with what the risk check said. The engine's state is a function of it.
create table engine_commands (
  market text not null,
  sequence bigint not null,
  epoch bigint not null,
  type text not null check (type in ('place', 'cancel')),
  order_id text collate "C" not null,
  customer_id text not null,
  side text,
  price_ticks bigint,
  quantity_lots bigint,
  maker_fee_bps smallint,
  taker_fee_bps smallint,
  verdict text not null,
  at timestamptz not null,
  -- SHA-256 of the state after this command, at every 1 000th.
  state_hash bytea,
  primary key (market, sequence)
);

-- What each command did, in the words of engine-event.ts.
create table engine_events (
  market text not null,
  sequence bigint not null,
  events json not null,
  primary key (market, sequence)
);

create table engine_snapshots (
  market text not null,
  sequence bigint not null,
  state bytea not null,
  state_hash bytea not null,
  created_at timestamptz not null default now(),
  primary key (market, sequence)
);

create table orders (
  id text collate "C" primary key,
  customer_id text collate "C" not null,
  market text not null,
  -- The journal's number of the command that brought it: its age within the market.
  sequence bigint not null,
  -- What makes a repeated request the same order: `client:` and the client's own id, or `key:` and an Idempotency-Key.
  client_key text collate "C",
  side text not null check (side in ('buy', 'sell')),
  type text not null default 'limit' check (type = 'limit'),
  time_in_force text not null default 'gtc' check (time_in_force = 'gtc'),
  price_ticks bigint not null,
  quantity_lots bigint not null check (quantity_lots > 0),
  remaining_lots bigint not null check (remaining_lots between 0 and quantity_lots),
  maker_fee_bps smallint not null,
  taker_fee_bps smallint not null,
  -- Quote units.
  filled_notional numeric(39,0) not null default 0,
  fee_charged numeric(39,0) not null default 0,
  -- What is set aside in customer_orders: quote units for a buy, base units for a sell; zero once the order is done.
  reserve numeric(39,0) not null,
  reserve_asset text not null,
  status text not null check (status in
    ('new', 'partially_filled', 'filled', 'canceled', 'rejected', 'expired', 'expired_in_match')),
  created_at timestamptz not null,
  updated_at timestamptz not null,
  check ((status in ('new', 'partially_filled')) = (reserve > 0))
) with (fillfactor = 80);
create unique index orders_client_key on orders (customer_id, client_key) where client_key is not null;
create index orders_by_customer on orders (customer_id, id);
create index orders_open on orders (market, customer_id) where status in ('new', 'partially_filled');

create table trades (
  id bigint generated always as identity primary key,
  market text not null,
  -- 1, 2, 3 … within the market.
  number bigint not null,
  sequence bigint not null,
  price_ticks bigint not null,
  quantity_lots bigint not null check (quantity_lots > 0),
  notional numeric(39,0) not null,
  taker_side text not null check (taker_side in ('buy', 'sell')),
  maker_order_id text collate "C" not null,
  taker_order_id text collate "C" not null,
  maker_customer_id text collate "C" not null,
  taker_customer_id text collate "C" not null,
  maker_fee numeric(39,0) not null,
  taker_fee numeric(39,0) not null,
  traded_at timestamptz not null
);
create unique index trades_number on trades (market, number);
create index trades_time on trades (market, traded_at);
create index trades_maker on trades (maker_customer_id, id);
create index trades_taker on trades (taker_customer_id, id);

create function refuse_engine_journal_change() returns trigger language plpgsql as $$
begin
  raise exception 'the engine''s journal is append-only' using errcode = 'CX001';
end $$;
create trigger engine_commands_append_only before update or delete or truncate on engine_commands
  for each statement execute function refuse_engine_journal_change();
create trigger engine_events_append_only before update or delete or truncate on engine_events
  for each statement execute function refuse_engine_journal_change();
create trigger trades_append_only before update or delete or truncate on trades
  for each statement execute function refuse_engine_journal_change();

grant select on assets to coinhubx_app;
-- SELECT … FOR SHARE asks for the right to update.
grant select, update on markets, engine_leases to coinhubx_app;
grant select, insert on engine_commands, engine_events, trades to coinhubx_app;
grant select, insert, delete on engine_snapshots to coinhubx_app;
grant select, insert, update on orders to coinhubx_app;
grant select on assets, markets, engine_leases, engine_commands, engine_events, engine_snapshots, orders, trades
  to coinhubx_readonly;
