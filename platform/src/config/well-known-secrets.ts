/** Words that stand where a secret should: what people, tutorials and our own examples type. */
const WELL_KNOWN = [
  "admin",
  "assay",
  "change",
  "changeit",
  "changeme",
  "coinhubx",
  "default",
  "demo",
  "dev",
  "development",
  "example",
  "letmein",
  "local",
  "password",
  "passw0rd",
  "postgres",
  "qwerty",
  "root",
  "secret",
  "supersecret",
  "test",
  "welcome",
];
const PATTERN = new RegExp(`^(?:(?:${WELL_KNOWN.join("|")}|key|token|only|me|please|[0-9_.\\s!-])+|(.)\\1*)$`, "i");

/** Whether a value is one that anybody would try: only well-known words and digits, or one character repeated. */
export function isWellKnownSecret(value: string): boolean {
  return PATTERN.test(value.slice(0, 256));
}
