import { equal } from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { systemClock } from "../clock/clock.ts";
import { type Program, withKernel, withShell } from "./die-with-parent.ts";

const FOREVER: Program = { command: "/bin/sh", args: ["-c", "echo $$; exec sleep 1000"] };

for (const [name, wrap] of [
  ["the kernel", withKernel],
  ["a shell", withShell],
] as const) {
  const options = { skip: name === "the kernel" && process.platform !== "linux" };

  test(`by ${name}: the program dies with the process that spawned it`, options, async () => {
    const { command, args } = wrap(FOREVER, "TERM");
    const spawner = `const c = require("node:child_process").spawn(${JSON.stringify(command)}, ${JSON.stringify(args)}, { detached: true });
      c.stdout.pipe(process.stdout);`;
    const parent = spawn(process.execPath, ["-e", spawner], { stdio: ["ignore", "pipe", "inherit"] });
    const pid = await firstNumber(parent);
    parent.kill("SIGKILL");
    equal(await isGone(pid), true);
  });

  test(`by ${name}: a signal to stop reaches the program, and its status comes back`, options, async () => {
    const trap: Program = {
      command: "/bin/sh",
      args: ["-c", "trap 'exit 7' TERM; echo $$; while :; do sleep 0.01; done"],
    };
    const { command, args } = wrap(trap, "KILL");
    const child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
    await firstNumber(child);
    child.kill("SIGTERM");
    equal((await once(child, "exit"))[0], 7);
  });

  test(`by ${name}: a program that ends by itself takes the wrapper along`, options, async () => {
    const { command, args } = wrap({ command: "/bin/sh", args: ["-c", "exit 3"] }, "TERM");
    const child = spawn(command, args, { stdio: ["pipe", "ignore", "inherit"] });
    equal((await once(child, "exit"))[0], 3);
  });
}

async function firstNumber(child: ChildProcess): Promise<number> {
  const [chunk] = (await once(child.stdout!, "data")) as [Buffer];
  return Number(chunk.toString().trim());
}

async function isGone(pid: number): Promise<boolean> {
  for (let attempt = 0; attempt < 500; attempt += 1) {
    try {
      process.kill(pid, 0);
    } catch {
      return true;
    }
    await systemClock.sleep(10);
  }
  return false;
}
