import { assert } from "@assay/primitives/assert";

const NAME = /^[A-Za-z0-9_-]{1,64}$/;
const VALUE = /^[A-Za-z0-9._~+/=-]{0,4096}$/;

/** The value of a cookie, as it was sent; `undefined` when there is none. */
export function readCookie(header: string | undefined, name: string): string | undefined {
  for (const pair of (header ?? "").split(";")) {
    const at = pair.indexOf("=");
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return undefined;
}

export interface CookieOptions {
  readonly maxAgeS: number;
  /** Only over HTTPS; off for plain HTTP on loopback. */
  readonly secure: boolean;
  readonly path?: string;
  /** Also sent when another site leads the browser here (SameSite=Lax); for a way that goes over another site. */
  readonly comesBack?: boolean;
}

/** A `Set-Cookie` value that scripts cannot read and other sites cannot send (HttpOnly, SameSite=Strict unless it comes back). */
export function sessionCookie(name: string, value: string, options: CookieOptions): string {
  assert(NAME.test(name) && VALUE.test(value), "a cookie is made of plain characters");
  const { maxAgeS, secure, path = "/", comesBack = false } = options;
  const sameSite = comesBack ? "Lax" : "Strict";
  return `${name}=${value}; Path=${path}; Max-Age=${maxAgeS}; HttpOnly; SameSite=${sameSite}${secure ? "; Secure" : ""}`;
}

/** The `Set-Cookie` value that removes a cookie. */
export function expiredCookie(name: string, options: { readonly secure: boolean; readonly path?: string }): string {
  return sessionCookie(name, "", { ...options, maxAgeS: 0 });
}
