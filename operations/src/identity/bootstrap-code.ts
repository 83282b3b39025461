import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { Logger } from "@assay/platform/logging/logger";
import type { Random } from "@assay/platform/random/random";
import type { Database } from "@assay/platform/storage/database";
import { newOneTimeCode, storeBootstrapCode } from "./one-time-code.ts";
import { countPeople } from "./people-store.ts";

export interface BootstrapCodeOptions {
  readonly database: Database;
  readonly random: Random;
  readonly logger: Logger;
  /** `operations.bootstrap` in the state folder. */
  readonly path: string;
}

/**
 * On an empty database, a new one-time code for the first person, in a file that only its owner reads. There is no default
 * password: whoever can read the file owns the machine already. The log says where it is, never what it is.
 */
export async function offerBootstrapCode(options: BootstrapCodeOptions): Promise<void> {
  const { database, random, logger, path } = options;
  if ((await countPeople(database)) > 0) return await forgetBootstrapCode(path);
  const code = newOneTimeCode(random);
  await database.transaction((transaction) => storeBootstrapCode(transaction, code));
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await rm(path, { force: true });
  await writeFile(path, `${code}\n`, { mode: 0o600, flag: "wx" });
  await chmod(path, 0o600);
  logger.info({ path }, "Nobody may sign in yet: the one-time code for the first person is in this file");
}

export async function forgetBootstrapCode(path: string): Promise<void> {
  await rm(path, { force: true });
}
