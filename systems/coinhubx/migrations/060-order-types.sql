-- Every type of order: what it is, how long it stays, what it may spend, and what is done when it meets an own order.

alter table engine_commands drop constraint engine_commands_type_check;
alter table engine_commands add check (type in ('place', 'cancel', 'amend', 'trigger'));
-- A trigger is the engine's own command and nobody's order.
alter table engine_commands alter column order_id drop not null, alter column customer_id drop not null;
alter table engine_commands add check ((type = 'trigger') = (order_id is null));
-- Null for a plain limit, which is good till canceled.
alter table engine_commands
  add column order_type text,
  add column time_in_force text,
  add column post_only boolean,
  add column stp text,
  add column stop_price_ticks bigint,
  add column budget numeric(39,0);

alter table orders drop constraint orders_type_check;
alter table orders add check (type in ('limit', 'market', 'stop', 'stop_limit'));
alter table orders drop constraint orders_time_in_force_check;
alter table orders add check (time_in_force in ('gtc', 'ioc', 'fok'));
alter table orders
  -- Null where the order has no limit of its own.
  alter column price_ticks drop not null,
  add column post_only boolean not null default false,
  add column stp text not null default 'expire_taker'
    check (stp in ('none', 'expire_taker', 'expire_maker', 'expire_both', 'decrement')),
  add column stop_price_ticks bigint check (stop_price_ticks > 0),
  -- What a market buy may spend, fee included, in quote units.
  add column budget numeric(39,0) check (budget > 0),
  -- Lots that self-trade prevention took away: `quantity_lots` is without them.
  add column prevented_lots bigint not null default 0 check (prevented_lots >= 0),
  add check ((type in ('stop', 'stop_limit')) = (stop_price_ticks is not null));
-- A decremented order may have nothing left of what it asked for.
alter table orders drop constraint orders_quantity_lots_check;
alter table orders add check (quantity_lots >= 0);

alter table orders drop constraint orders_status_check;
alter table orders add check (status in ('pending_trigger', 'new', 'partially_filled', 'filled', 'canceled', 'rejected',
  'expired', 'expired_in_match'));
alter table orders drop constraint orders_check1;
alter table orders add check ((status in ('new', 'partially_filled', 'pending_trigger')) = (reserve > 0));
drop index orders_open;
create index orders_open on orders (market, customer_id) where status in ('new', 'partially_filled', 'pending_trigger');
