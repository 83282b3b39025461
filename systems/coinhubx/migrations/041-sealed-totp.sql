-- TOTP secrets are kept sealed (AES-256-GCM): whoever reads the database, or a backup of it, cannot make codes.
-- The key lies outside it. Secrets kept in plain text until now are dropped, and set up anew.

alter table users
  drop column totp_secret,
  drop column totp_pending_secret,
  add column totp_sealed bytea,
  add column totp_pending_sealed bytea;
update users set totp_last_step = null where totp_last_step is not null;
delete from recovery_codes;
