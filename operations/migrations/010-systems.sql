-- What the plane knows about the systems it watches, so that it still knows after a restart while they are down.

create table system_manifests (
  system text primary key,
  -- Where the manifest was read.
  source text not null,
  sha256 text not null check (length(sha256) = 64),
  document jsonb not null,
  accepted_at timestamptz not null
);

-- Present values of the metrics that rules read over a window, about once a minute, for the last hours.
create table metric_snapshots (
  system text not null,
  taken_at timestamptz not null,
  samples jsonb not null,
  primary key (system, taken_at)
);

-- The numbers that charts show, one point per minute.
create table chart_points (
  system text not null,
  -- A threshold's id, or `metric:` and the name of a metric.
  name text not null,
  minute timestamptz not null,
  least double precision not null,
  greatest double precision not null,
  latest double precision not null,
  primary key (system, name, minute)
);
create index chart_points_by_age on chart_points (minute);

grant select, insert, update, delete on system_manifests, metric_snapshots, chart_points to operations_app;
grant select on system_manifests, metric_snapshots, chart_points to operations_readonly;
