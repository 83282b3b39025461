import type { Jobs, RunningJob } from "@assay/platform/jobs/jobs";
import { MINUTE_MS } from "@assay/primitives/instant";

/** No job of ours takes this long: its process hangs, or is gone and nobody has noticed. */
const STUCK_AFTER_MS = 30 * MINUTE_MS;
const MOST_STUCK = 500;

/** Jobs that have been running for more than half an hour, oldest first, at most 500. */
export function readStuckJobs(jobs: Pick<Jobs, "runningLongerThan">): Promise<RunningJob[]> {
  return jobs.runningLongerThan(STUCK_AFTER_MS, MOST_STUCK);
}
