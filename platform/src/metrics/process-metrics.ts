import { performance } from "node:perf_hooks";
import type { Metrics } from "./metrics.ts";

const MICROSECONDS = 1e6;

/** What any process can say about itself, read at the scrape and free otherwise. */
export function addProcessMetrics(metrics: Metrics, service: string): void {
  metrics.gauge({
    name: "process_resident_memory_bytes",
    help: "Memory the process holds.",
    read: () => process.memoryUsage.rss(),
  });
  metrics.gauge({
    name: "process_heap_used_bytes",
    help: "JavaScript heap in use.",
    read: () => process.memoryUsage().heapUsed,
  });
  metrics.gauge({
    name: "process_cpu_seconds",
    help: "CPU time used since the start.",
    read: () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / MICROSECONDS;
    },
  });
  metrics.gauge({
    name: "process_start_time_seconds",
    help: "When the process started, in seconds since 1970.",
    read: () => performance.timeOrigin / 1_000,
  });
  let before = performance.eventLoopUtilization();
  metrics.gauge({
    name: "process_event_loop_ratio",
    help: "Share of time the event loop was busy since the last scrape.",
    read: () => {
      const now = performance.eventLoopUtilization();
      const { utilization } = performance.eventLoopUtilization(now, before);
      before = now;
      return utilization;
    },
  });
  const info = metrics.gauge({
    name: "process_info",
    help: "What runs here; always 1.",
    labels: ["service", "runtime"],
  });
  info.set(1, { service, runtime: process.version });
}
