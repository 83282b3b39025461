import { get } from "node:http";
import { Socket } from "node:net";
import type { Probe } from "./process-spec.ts";

/** Resolves when the process answers well. The signal bounds the wait. @throws the reason why it does not. */
export async function runProbe(probe: Probe, signal: AbortSignal, runsForMs: number): Promise<void> {
  if ("url" in probe) await askUrl(probe.url, signal);
  else if ("port" in probe) await askPort(probe.port, signal);
  else if ("ask" in probe) await probe.ask(signal);
  else if (runsForMs < probe.hasRunForMs) throw new Error("just started");
}

function askUrl(url: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = get(url, { signal, agent: false }, (response) => {
      const status = response.statusCode ?? 0;
      response.resume();
      response.once("error", reject);
      response.once("end", () =>
        status >= 200 && status < 300 ? resolve() : reject(new Error(`${url} answered ${status}`)),
      );
    });
    request.once("error", reject);
  });
}

function askPort(port: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = new Socket({ signal }).connect(port, "127.0.0.1");
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.destroy();
      resolve();
    });
  });
}
