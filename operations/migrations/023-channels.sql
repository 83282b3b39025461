-- Channels that belong to the plane, not to a person: a Slack channel, a team's mailbox, a webhook, a Telegram chat.
create table channels (
  id text primary key,
  name text not null unique,
  kind text not null check (kind in ('email', 'webhook', 'slack', 'telegram')),
  -- What may be shown; the address of a Slack webhook is a secret and only its end is here.
  target text not null,
  -- The Slack address or the webhook's own secret, readable only with the key outside the database.
  sealed bytea,
  -- Tried when this one fails for good.
  fallback_id text references channels (id),
  created_by text not null,
  created_at timestamptz not null,
  removed_at timestamptz
);

alter table contact_methods drop constraint contact_methods_kind_check;
alter table contact_methods add check (kind in ('email', 'webhook', 'slack', 'telegram'));

alter table notifications drop constraint notifications_kind_check;
alter table notifications add check (kind in ('email', 'webhook', 'slack', 'telegram'));
alter table notifications alter column person_id drop not null;
alter table notifications
  add column channel_id text,
  add column next_attempt_at timestamptz,
  -- The notification over the next channel, once this one failed for good.
  add column followed_by text,
  -- What became of a failed one: cancelled, redriven or discarded. Null: a dead letter.
  add column closed text check (closed in ('cancelled', 'redriven', 'discarded')),
  add check ((person_id is null) <> (channel_id is null));
update notifications set closed = 'cancelled' where error = 'no longer needed';
create index notifications_dead on notifications (id) where state = 'failed' and closed is null;

grant select, insert, update on channels to operations_app;
grant select on channels to operations_readonly;
