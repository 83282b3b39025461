import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import type { Clock } from "../clock/clock.ts";
import { processTree } from "./process-tree.ts";

export interface ProcessUsage {
  readonly name: string;
  readonly pid: number;
  /** Of one core; a process on two cores may use 2. */
  readonly cpuCores: number;
  /** Memory it has to itself plus its share of what it shares; where the system does not tell, all it maps. */
  readonly memoryBytes: number;
  /** It and everything it started. */
  readonly processes: number;
}

const SAMPLE_MS = 500;
/** USER_HZ is 100 on every Linux that Node runs on. */
const TICKS_PER_S = 100;

/** Measures over half a second what each process and its children use. */
export async function measureUsage(
  running: readonly { readonly name: string; readonly pid: number }[],
  clock: Clock,
): Promise<ProcessUsage[]> {
  if (process.platform !== "linux") return running.map(readPs);
  const before = running.map(({ pid }) => cpuTicks(processTree(pid)));
  const startedMs = clock.monotonicMs();
  await clock.sleep(SAMPLE_MS);
  const elapsedS = (clock.monotonicMs() - startedMs) / 1_000;
  return running.map(({ name, pid }, index) => {
    const tree = processTree(pid);
    const ticks = Math.max(0, cpuTicks(tree) - before[index]!);
    const memoryBytes = tree.reduce((sum, member) => sum + memoryOf(member), 0);
    return { name, pid, cpuCores: ticks / TICKS_PER_S / elapsedS, memoryBytes, processes: tree.length };
  });
}

function cpuTicks(tree: readonly number[]): number {
  return tree.reduce((sum, pid) => {
    const stat = readText(`/proc/${pid}/stat`);
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return sum + Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
  }, 0);
}

/** The proportional set size, so that memory shared by many servers of one database is counted once. */
function memoryOf(pid: number): number {
  const rollup = /^Pss:\s+(\d+) kB/m.exec(readText(`/proc/${pid}/smaps_rollup`));
  const resident = rollup ?? /^VmRSS:\s+(\d+) kB/m.exec(readText(`/proc/${pid}/status`));
  return Number(resident?.[1] ?? 0) * 1024;
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // It ended meanwhile.
    return "";
  }
}

function readPs({ name, pid }: { readonly name: string; readonly pid: number }): ProcessUsage {
  const tree = processTree(pid);
  const { stdout } = spawnSync("ps", ["-o", "pcpu=,rss=", "-p", tree.join()], { encoding: "utf8" });
  const rows = stdout
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number));
  const total = (column: number) => rows.reduce((sum, row) => sum + (row[column] ?? 0), 0);
  return { name, pid, cpuCores: total(0) / 100, memoryBytes: total(1) * 1024, processes: tree.length };
}
