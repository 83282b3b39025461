import { findFreePort, isPortFree } from "@assay/platform/supervisor/free-port";
import { Failure } from "@assay/primitives/failure";

/** The ports of the seeds, which processes have when they run alone. */
const PORTS = {
  operations: 3000,
  coinhubxFrontend: 3001,
  statusPage: 3002,
  coinhubxBackend: 8001,
  coinhubxWorker: 8002,
  anvil: 8545,
  operationsPostgres: 54_320,
  coinhubxPostgres: 54_321,
} as const;

export type StackPorts = Readonly<Record<keyof typeof PORTS, number>>;

export interface PortChoice {
  readonly ports: StackPorts;
  /** Added to each usual port; undefined when they are any free ones. */
  readonly offset: number | undefined;
  /** The ports that somebody else had, and so moved the block. */
  readonly occupied: readonly number[];
}

const BLOCK = 100;
const MAX_BLOCKS = 50;
const LAST_PORT = 65_535;

/**
 * Takes the usual ports plus `offset`, or the next block of which all are free; `free` takes any.
 * @throws Failure `PORT_IN_USE` when `isStrict` and one is occupied, or when no block is free.
 */
export async function choosePorts(options: {
  readonly offset: number | "free";
  readonly isStrict?: boolean;
}): Promise<PortChoice> {
  if (options.offset === "free") return { ports: await anyFreePorts(), offset: undefined, occupied: [] };
  const occupiedFirst = await findOccupied(options.offset);
  if (occupiedFirst.length === 0) return { ports: block(options.offset), offset: options.offset, occupied: [] };
  if (options.isStrict) throw inUse(occupiedFirst, "is in use; stop what uses it, or leave --strict-ports out.");
  for (let count = 1; count < MAX_BLOCKS; count += 1) {
    const offset = options.offset + count * BLOCK;
    if (Math.max(...Object.values(block(offset))) > LAST_PORT) break;
    if ((await findOccupied(offset)).length === 0) return { ports: block(offset), offset, occupied: occupiedFirst };
  }
  throw inUse(occupiedFirst, "is in use, and so is one of every later block of ports.");
}

function block(offset: number): StackPorts {
  const entries = Object.entries(PORTS).map(([name, port]) => [name, port + offset]);
  return Object.fromEntries(entries) as StackPorts;
}

async function findOccupied(offset: number): Promise<number[]> {
  const ports = Object.values(block(offset));
  const free = await Promise.all(ports.map(isPortFree));
  return ports.filter((_, index) => !free[index]);
}

async function anyFreePorts(): Promise<StackPorts> {
  const chosen = new Set<number>();
  const names = Object.keys(PORTS);
  while (chosen.size < names.length) chosen.add(await findFreePort());
  return Object.fromEntries(names.map((name, index) => [name, [...chosen][index]!])) as StackPorts;
}

function inUse(ports: readonly number[], rest: string): Failure {
  return new Failure("PORT_IN_USE", { retryable: false, details: { reason: `Port ${ports.join(", ")} ${rest}` } });
}
