import { deepEqual, equal, match, throws } from "node:assert/strict";
import { test } from "node:test";
import { ConfigurationError } from "@assay/platform/config/config";
import { describeIgnoredSettings, readConfig } from "./config.ts";

const DATABASE_URL = "postgres://postgres:x@127.0.0.1:54321/coinhubx";

test("local mode needs only a database", () => {
  const config = readConfig({ DATABASE_URL });
  equal(config.COINHUBX_PORT, 8001);
  equal(config.environment, "local");
  equal(config.ASSAY_FAULTS, "disabled");
  equal(String(config.DATABASE_URL), "[secret]");
});

test("every problem is told at once, and outside local mode the plane's key must be set", () => {
  throws(
    () => readConfig({ ASSAY_ENVIRONMENT: "production", COINHUBX_PORT: "eighty", COINHUBX_OPS_CIDRS: "nowhere" }),
    (error: unknown) => {
      equal(error instanceof ConfigurationError, true);
      const { message } = error as ConfigurationError;
      for (const name of [
        "DATABASE_URL",
        "COINHUBX_PLANE_KEY",
        "COINHUBX_SEALING_KEY",
        "COINHUBX_PORT",
        "COINHUBX_OPS_CIDRS",
      ]) {
        match(message, new RegExp(name));
      }
      return true;
    },
  );
});

test("faults are refused outside local mode", () => {
  const env = {
    DATABASE_URL: DATABASE_URL.replace(":x@", ":kT7wq2Zr9d@"),
    COINHUBX_PLANE_KEY: "9f8e7d6c5b4a39281706",
    COINHUBX_SEALING_KEY: "c1d2e3f405162738495a6b7c8d9eafb0",
    ASSAY_FAULTS: "enabled",
  };
  throws(() => readConfig({ ...env, ASSAY_ENVIRONMENT: "staging" }), /ASSAY_FAULTS/);
  equal(readConfig(env).ASSAY_FAULTS, "enabled");
});

test("the settings of the former MongoDB application are named as not read", () => {
  deepEqual(describeIgnoredSettings({ DATABASE_URL }), []);
  const sentences = describeIgnoredSettings({ MONGO_URL: "mongodb://x", DB_NAME: "coinhubx" });
  equal(sentences.length, 2);
  for (const sentence of sentences) match(sentence, /DATABASE_URL/);
});
