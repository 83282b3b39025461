import { spawnSync } from "node:child_process";
import { assert } from "@assay/primitives/assert";
import { dieWithParent, type Program } from "../supervisor/die-with-parent.ts";

/**
 * How the server is started. PostgreSQL refuses to run as root: `namespace` gives root another number inside a user
 * namespace, so that files stay root's; `nobody` changes the user. `self` is for everybody else.
 */
export type RunAs = "self" | "namespace" | "nobody";

const NOBODY = 65_534;

let chosen: RunAs | undefined;

/** The first way that works for the user we are. */
export function chooseRunAs(): RunAs {
  if (process.getuid?.() !== 0) return "self";
  chosen ??= succeeds(namespaceProgram({ command: "true", args: [] })) ? "namespace" : "nobody";
  return chosen;
}

/** The program as the server's user, ending (fast shutdown) with the process that spawns it. */
export function asServerUser(program: Program, runAs: RunAs): Program {
  if (runAs === "self") return dieWithParent(program, "INT");
  return runAs === "namespace" ? namespaceProgram(program) : nobodyProgram(program, findCapability());
}

/** Makes a folder and all in it the server's own, where the server is another user than we. */
export function giveToServer(folder: string, runAs: RunAs = chooseRunAs()): void {
  if (runAs !== "nobody") return;
  assert(succeeds({ command: "chown", args: ["-R", `${NOBODY}:${NOBODY}`, folder] }), "root may give a folder away");
}

function namespaceProgram({ command, args }: Program): Program {
  const numbers = ["-U", `--map-user=${NOBODY}`, `--map-group=${NOBODY}`];
  return { command: "unshare", args: [...numbers, "setpriv", "--pdeathsig", "INT", command, ...args] };
}

function nobodyProgram({ command, args }: Program, capability: string | undefined): Program {
  const user = [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups", "--pdeathsig", "INT"];
  const kept = capability === undefined ? [] : [`--inh-caps=+${capability}`, `--ambient-caps=+${capability}`];
  return { command: "setpriv", args: [...user, ...kept, command, ...args] };
}

/** `null`: looked for, and there is none. */
let foundCapability: string | null | undefined;

/**
 * What lets nobody pass through folders that are closed to others, such as the state folder and /root. Containers often
 * have only the stronger one.
 */
function findCapability(): string | undefined {
  foundCapability ??=
    ["dac_read_search", "dac_override"].find((name) => succeeds(nobodyProgram({ command: "true", args: [] }, name))) ??
    null;
  return foundCapability ?? undefined;
}

function succeeds({ command, args }: Program): boolean {
  return spawnSync(command, args, { stdio: "ignore" }).status === 0;
}
