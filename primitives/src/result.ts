/** A refusal says which of our rules said no; `code` is stable and upper-case. */
export interface Refusal {
  readonly code: string;
}

/** What a command returns when our own rules may say no: the value, or a refusal the caller must look at. */
export type Result<T, R extends Refusal = Refusal> = Accepted<T> | Refused<R>;
export type Accepted<T> = { readonly ok: true; readonly value: T };
export type Refused<R extends Refusal> = { readonly ok: false; readonly refusal: R };

export function accept<T>(value: T): Accepted<T> {
  return { ok: true, value };
}

export function refuse<const R extends Refusal>(refusal: R): Refused<R> {
  return { ok: false, refusal };
}
