import { existsSync, lstatSync, statfsSync } from "node:fs";
import { dirname } from "node:path";
import type { CommandContext } from "@assay/platform/command-line/command-context";
import { fetchJson } from "@assay/platform/http/http-client";
import { findPostgresBinaries } from "@assay/platform/storage/postgres-binaries";
import { isPortFree } from "@assay/platform/supervisor/free-port";
import { Failure } from "@assay/primitives/failure";
import { formatBytes } from "../format.ts";
import { readSessionFile } from "../plane/session-file.ts";
import { anvilProgram } from "../stack/anvil.ts";
import { describeStateFolder } from "../stack/state-folder.ts";
import { listProcesses, type ProcessRow } from "../supervisor-access.ts";

export interface Finding {
  readonly check: string;
  readonly verdict: "good" | "warning" | "bad";
  readonly finding: string;
  readonly advice?: string;
}

const NODE_MAJOR = 24;
const LOW_SPACE_BYTES = 2 * 2 ** 30;
const NEEDED_SPACE_BYTES = 512 * 2 ** 20;
const USUAL_PORTS = [3000, 3001, 8001, 8002, 8545, 54_320, 54_321];

/** Everything the local stack needs, looked at without changing it. */
export async function examine(context: CommandContext): Promise<Finding[]> {
  const processes = await listProcesses(context).catch(() => undefined);
  return [
    examineNode(),
    examineProgram("PostgreSQL", () => {
      const { root, majorVersion } = findPostgresBinaries();
      return `${majorVersion} in ${root}`;
    }),
    examineProgram("anvil", () => anvilProgram({ port: 0, stateFile: "", path: context.env.PATH ?? "" }).command),
    ...examineFolder(context.stateDirectory),
    ...(processes === undefined ? await examinePorts() : examineProcesses(processes)),
    await examinePlane(context),
    examineSession(context),
  ];
}

function examineNode(): Finding {
  const major = Number(process.versions.node.split(".")[0]);
  if (major >= NODE_MAJOR) return good("Node", process.version);
  return bad(
    "Node",
    `${process.version} is too old`,
    `run assay through npm, which takes the pinned Node ${NODE_MAJOR}`,
  );
}

function examineProgram(check: string, find: () => string): Finding {
  try {
    return good(check, find());
  } catch (error) {
    const reason = error instanceof Failure ? String(error.details.reason) : String(error);
    return bad(check, reason, "npm install");
  }
}

function examineFolder(path: string): Finding[] {
  const check = "State folder";
  const folder = lstatSync(path, { throwIfNoEntry: false });
  if (folder === undefined)
    return [warning(check, `${path} does not exist`, "the first start makes it"), examineSpace(path)];
  const isOpen = (folder.mode & 0o077) !== 0;
  const { secretsFile } = describeStateFolder(path);
  const secrets = lstatSync(secretsFile, { throwIfNoEntry: false });
  const areOpen = secrets !== undefined && (secrets.mode & 0o077) !== 0;
  const finding = isOpen
    ? bad(check, `${path} can be read by others`, `chmod 700 ${path}`)
    : areOpen
      ? bad(check, `${secretsFile} can be read by others`, `chmod 600 ${secretsFile}`)
      : good(check, path);
  return [finding, examineSpace(path)];
}

function examineSpace(path: string): Finding {
  let existing = path;
  while (!existsSync(existing)) existing = dirname(existing);
  const { bavail, bsize } = statfsSync(existing);
  const freeBytes = bavail * bsize;
  const finding = `${formatBytes(freeBytes)} free at ${existing}`;
  if (freeBytes < NEEDED_SPACE_BYTES) return bad("Disk", finding, "make room, or set ASSAY_HOME to another disk");
  return freeBytes < LOW_SPACE_BYTES ? warning("Disk", finding, "make room") : good("Disk", finding);
}

async function examinePorts(): Promise<Finding[]> {
  const stack = warning("Processes", "the stack of this folder does not run", "npm start");
  const free = await Promise.all(USUAL_PORTS.map(isPortFree));
  const occupied = USUAL_PORTS.filter((_, index) => !free[index]);
  if (occupied.length === 0) return [stack, good("Ports", "all the usual ones are free")];
  return [stack, warning("Ports", `${occupied.join(", ")} in use`, "a start moves to the next free block and says so")];
}

function examineProcesses(processes: readonly ProcessRow[]): Finding[] {
  const wrong = processes.filter(({ state }) => state !== "ready");
  if (wrong.length === 0) return [good("Processes", `all ${processes.length} are ready`)];
  return wrong.map(({ name, state, reason }) =>
    bad(name, `${state}: ${reason ?? ""}`, `assay logs ${name} --since 15m`),
  );
}

async function examinePlane(context: CommandContext): Promise<Finding> {
  const url = await context.serviceUrl("operations");
  try {
    const { status } = await fetchJson(`${url}/health`, { timeoutMs: 2_000 });
    return status === 200
      ? good("Plane", url)
      : bad("Plane", `${url} answers ${status}`, "assay logs operations --error");
  } catch {
    return warning("Plane", `${url} does not answer`, "npm start, or set ASSAY_PLANE_URL");
  }
}

function examineSession({ env, clock }: CommandContext): Finding {
  const session = readSessionFile(env);
  if (session === undefined) return warning("Session", "nobody is signed in", "assay login");
  if (Date.parse(session.expiresAt) <= clock.now()) return warning("Session", "it has expired", "assay login");
  return good("Session", `${session.name} at ${session.plane} until ${session.expiresAt}`);
}

function good(check: string, finding: string): Finding {
  return { check, verdict: "good", finding };
}

function warning(check: string, finding: string, advice: string): Finding {
  return { check, verdict: "warning", finding, advice };
}

function bad(check: string, finding: string, advice: string): Finding {
  return { check, verdict: "bad", finding, advice };
}
