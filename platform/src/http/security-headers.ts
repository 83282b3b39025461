import { assert } from "@assay/primitives/assert";

/** Content-Security-Policy directives by name, such as `{ "img-src": ["'self'", "data:"] }`. */
export type ContentSecurityPolicy = Readonly<Record<string, readonly string[]>>;

/** For answers that are data: nothing may be loaded, run or framed. */
const API_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

const SITE_POLICY: ContentSecurityPolicy = {
  "default-src": ["'none'"],
  "script-src": ["'self'"],
  "style-src": ["'self'"],
  "img-src": ["'self'", "data:"],
  "font-src": ["'self'"],
  "connect-src": ["'self'"],
  "manifest-src": ["'self'"],
  "worker-src": ["'self'"],
  "object-src": ["'none'"],
  "base-uri": ["'none'"],
  "form-action": ["'self'"],
  "frame-ancestors": ["'none'"],
};
const SCRIPT_DIRECTIVES = ["script-src", "script-src-elem", "script-src-attr", "default-src", "worker-src"];

/** On every answer, also on errors. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  "Content-Security-Policy": API_POLICY,
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
};

/**
 * The policy of a site: its own files only, with `more` replacing directives by name.
 * @throws AssertionError when it would allow inline or evaluated script.
 */
export function sitePolicy(more: ContentSecurityPolicy = {}): string {
  const policy = { ...SITE_POLICY, ...more };
  for (const directive of SCRIPT_DIRECTIVES) {
    const unsafe = (policy[directive] ?? []).some((source) =>
      /unsafe-(inline|eval)|^\*$|^data:|^https?:$/.test(source),
    );
    assert(!unsafe, `${directive} allows no inline, evaluated or foreign script`);
  }
  return Object.entries(policy)
    .map(([directive, sources]) => `${directive} ${sources.join(" ")}`)
    .join("; ");
}
