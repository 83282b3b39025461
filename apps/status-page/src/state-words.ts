import type { ComponentState } from "@assay/operations/api/schema/status";

/** What the state of everything means to somebody who uses it. */
export const HEADLINES: Readonly<Record<ComponentState, string>> = {
  operational: "Everything is operational",
  "degraded performance": "Some parts are slow",
  "partial outage": "Some parts do not work",
  "major outage": "An important part does not work",
  "under maintenance": "Maintenance is going on",
  "no data": "We do not know how things are",
};

/** A summary older than this says nothing about now. */
export const OLD_MS = 60_000;
