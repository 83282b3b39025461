import { once } from "node:events";
import { systemClock } from "@assay/platform/clock/clock";
import { openDatabase } from "@assay/platform/storage/postgres-database";
import { createLedger } from "../../src/ledger/ledger.ts";
import { alice, bob, transfer } from "../../src/ledger/ledger-test-kit.ts";

// A process that posts linked pairs as fast as it can and prints the name of each pair once it is acknowledged. The
// test that starts it kills it.

const [url = "", name = ""] = process.argv.slice(2);
const database = openDatabase({ url: { reveal: () => url }, applicationName: name, role: "coinhubx_app" });
const ledger = createLedger({ database, clock: systemClock });

async function call(caller: number): Promise<void> {
  for (let number = 0; ; number += 1) {
    const pair = `${name}:${caller}:${number}`;
    const outcomes = await ledger.post([
      transfer(`${pair}:in`, { units: 2n }),
      transfer(`${pair}:out`, { debit: alice, credit: bob, units: 1n }),
    ]);
    const line = outcomes.every((outcome) => outcome.ok) ? pair : `refused ${pair}`;
    if (!process.stdout.write(`${line}\n`)) await once(process.stdout, "drain");
  }
}

await Promise.all(Array.from({ length: 8 }, (_, caller) => call(caller)));
