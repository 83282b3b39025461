/** What a machine's key may be allowed; nothing else is. No scope signs, approves, starts a run or changes people. */
export const SCOPES = [
  /** Alertmanager's webhook. */
  "alerts:write",
  /** A job that says it is alive. */
  "heartbeats:write",
  "read:alerts",
  "read:incidents",
  "read:systems",
] as const;

export type Scope = (typeof SCOPES)[number];
export type ReadScope = Extract<Scope, `read:${string}`>;
