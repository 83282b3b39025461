-- Job queues that people paused: a worker takes no further job of them until they are resumed, also after a restart.
create table paused_queues (
  queue text primary key,
  paused_by text not null,
  paused_at timestamptz not null default now(),
  reason text not null default ''
);
grant select, insert, delete on paused_queues to coinhubx_app;
grant select on paused_queues to coinhubx_readonly;
