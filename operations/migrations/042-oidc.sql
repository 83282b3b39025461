-- Sign-in by an identity provider. It says who somebody is; who may do what stays here.

create table oidc_links (
  issuer text not null check (length(issuer) <= 500),
  subject text not null check (length(subject) <= 255),
  person_id text not null references people,
  linked_at timestamptz not null,
  last_used_at timestamptz,
  primary key (issuer, subject),
  -- One human at the provider is one person here, and the other way round.
  unique (issuer, person_id)
);

-- People on their way to the provider and back. The browser holds a token; this is its hash.
create table oidc_flows (
  token_hash bytea primary key,
  state text not null,
  nonce text not null,
  code_verifier text not null,
  -- Who links their account; nobody yet when somebody signs in.
  person_id text references people,
  expires_at timestamptz not null
);
create index oidc_flows_by_end on oidc_flows (expires_at);

grant select, insert, update, delete on oidc_links to operations_app;
grant select, insert, delete on oidc_flows to operations_app;
grant select on oidc_links to operations_readonly;
