import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type OptionShape, parseArguments, UsageError } from "./parse-arguments.ts";

const SHAPE = {
  follow: { kind: "flag", short: "f", summary: "" },
  since: { kind: "text", value: "AGE", summary: "" },
  lines: { kind: "integer", short: "n", value: "N", min: 1, max: 100, summary: "" },
  param: { kind: "list", short: "p", value: "NAME=VALUE", summary: "" },
} as const satisfies OptionShape;
const ANY = { min: 0, max: 10 };

test("options are read by long name, by letter and with an equals sign, words keep their order", () => {
  const { options, words } = parseArguments(
    ["one", "-f", "--since=15m", "two", "-n", "7", "--param", "a=1", "-p", "b=2=3"],
    SHAPE,
    ANY,
  );
  deepEqual(options, { follow: true, since: "15m", lines: 7, param: ["a=1", "b=2=3"] });
  deepEqual(words, ["one", "two"]);
});

test("what is not given is false, empty or undefined", () => {
  deepEqual(parseArguments([], SHAPE).options, { follow: false, since: undefined, lines: undefined, param: [] });
});

test("after two dashes everything is a word, and a single dash always is", () => {
  deepEqual(parseArguments(["-", "--", "-f", "--since"], SHAPE, ANY).words, ["-", "-f", "--since"]);
});

test("an unknown option, a missing value, a wrong number and a word too many are usage errors with a sentence", () => {
  const cases: [string[], RegExp][] = [
    [["--colour"], /there is no option --colour/],
    [["--toString"], /there is no option --toString/],
    [["-x"], /there is no option -x/],
    [["--since"], /--since needs a value: --since AGE/],
    [["--follow=yes"], /--follow takes no value/],
    [["-n", "0"], /-n is a whole number from 1 to 100, not "0"/],
    [["-n", "1.5"], /not "1.5"/],
    [["extra"], /it is not clear what "extra" means here/],
  ];
  for (const [args, message] of cases) {
    throws(
      () => parseArguments(args, SHAPE),
      (error) => error instanceof UsageError && message.test(error.message),
    );
  }
  throws(() => parseArguments([], SHAPE, { min: 1, max: 1 }), UsageError);
});

test("any text can be given as a value and comes back as it is", () => {
  fc.assert(
    fc.property(fc.string(), fc.array(fc.string()), (since, param) => {
      const args = [`--since=${since}`, ...param.flatMap((text) => ["--param", text])];
      const { options } = parseArguments(args, SHAPE);
      equal(options.since, since);
      deepEqual(options.param, param);
    }),
    { numRuns: 100 },
  );
});
