import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { ConfigurationError, readEnvironment, readSettings } from "./config.ts";
import { Secret } from "./secret.ts";
import { flag, integer, isNetwork, list, oneOf, port, seconds, secretText, secretUrl, text, url } from "./setting.ts";

function problemsOf(read: () => unknown): readonly string[] {
  try {
    read();
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
  return [];
}

test("settings are read with their types, defaults and options, and frozen", () => {
  const settings = readSettings(
    { PORT: "8001", URL: "http://127.0.0.1:3000/", NAMES: "a, b,,c", ON: "on", KIND: "fast", NOTHING: "  " },
    {
      PORT: port(),
      URL: url(),
      NAMES: list(),
      ON: flag(),
      KIND: oneOf(["fast", "slow"]),
      NOTHING: text().default("fallback"),
      ABSENT: integer().optional(),
      EVERY_S: seconds().default(300),
    },
  );
  deepEqual(settings, {
    PORT: 8001,
    URL: "http://127.0.0.1:3000",
    NAMES: ["a", "b", "c"],
    ON: true,
    KIND: "fast",
    NOTHING: "fallback",
    ABSENT: undefined,
    EVERY_S: 300,
  });
  equal(Object.isFrozen(settings), true);
});

test("every problem is reported at once, each as a sentence with the name", () => {
  const problems = problemsOf(() =>
    readSettings(
      { PORT: "70000", URL: "localhost:3000", KIND: "x", ON: "maybe", NETWORKS: "10.0.0.0/8,10.0.0.0/33" },
      {
        PORT: port(),
        URL: url(),
        KIND: oneOf(["fast", "slow"]),
        ON: flag(),
        MISSING: text(),
        NETWORKS: list({ accepts: isNetwork, entryIs: "a network" }),
      },
    ),
  );
  deepEqual(problems, [
    'PORT must be a whole number from 0 to 65535, not "70000".',
    'URL must be an absolute address with http:// or https://, not "localhost:3000".',
    'KIND must be one of fast, slow, not "x".',
    'ON must be true or false, not "maybe".',
    "MISSING is not set.",
    'NETWORKS has an entry that is not a network: "10.0.0.0/33".',
  ]);
});

test("a number that is not plain decimal digits is refused", () => {
  for (const raw of ["1e3", "0x10", "1.5", " 1", "９", "99999999999999999"])
    equal(problemsOf(() => readSettings({ N: raw }, { N: integer() })).length, 1, raw);
});

test("an address with a password is refused where it would be printed", () => {
  deepEqual(
    problemsOf(() => readSettings({ URL: "http://user:hunter2@host" }, { URL: url() })),
    ["URL must not carry a password."],
  );
});

test("no problem prints a secret", () => {
  const problems = problemsOf(() =>
    readSettings(
      { KEY: "hunter2", DATABASE_URL: "mysql://user:hunter2@host/name" },
      { KEY: secretText(), DATABASE_URL: secretUrl({ protocols: ["postgres", "postgresql"] }) },
    ),
  );
  equal(problems.length, 2);
  equal(problems.join().includes("hunter2"), false);
});

test("a secret's default holds in local mode only", () => {
  const shape = { KEY: secretText().default(new Secret("a-key-for-local-use")) };
  equal(readSettings({}, shape).KEY.reveal(), "a-key-for-local-use");
  deepEqual(
    problemsOf(() => readSettings({ ASSAY_ENVIRONMENT: "staging" }, shape)),
    ["KEY is not set."],
  );
});

test("a well-known secret is refused outside local mode", () => {
  const shape = { KEY: secretText({ minLength: 4 }), DATABASE_URL: secretUrl({ protocols: ["postgres"] }) };
  const env = { KEY: "change-me-please-123", DATABASE_URL: "postgres://app:postgres@db/name" };
  equal(readSettings(env, shape).KEY.reveal(), "change-me-please-123");
  equal(problemsOf(() => readSettings({ ...env, ASSAY_ENVIRONMENT: "production" }, shape)).length, 2);
  const own = {
    KEY: "f2b1c05e9a7d4e44",
    DATABASE_URL: "postgres://app:q8Zr1x0b@db/name",
    ASSAY_ENVIRONMENT: "production",
  };
  equal(readSettings(own, shape).KEY.reveal(), own.KEY);
});

test("the environment defaults to local and takes no other word", () => {
  equal(readEnvironment({}), "local");
  equal(readEnvironment({ ASSAY_ENVIRONMENT: "production" }), "production");
  throws(() => readEnvironment({ ASSAY_ENVIRONMENT: "prod" }), ConfigurationError);
});

test("a secret prints as [secret] however it is printed", () => {
  const secret = new Secret("hunter2");
  const printed = [
    `${secret}`,
    JSON.stringify({ secret }),
    inspect({ secret }),
    String(secret),
    inspect(new Map([[1, secret]])),
  ];
  for (const form of printed) {
    equal(form.includes("hunter2"), false);
    equal(form.includes("[secret]"), true);
  }
});
