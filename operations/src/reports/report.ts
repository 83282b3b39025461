import type { Instant } from "@assay/primitives/instant";
import type { ReportKind } from "../manifest/report.ts";

/** From the first moment to just before the second. */
export interface ReportWindow {
  readonly from: Instant;
  readonly to: Instant;
}

/** One number of a report, or the word that there is none. */
export interface Figure {
  readonly title: string;
  readonly unit: string;
  /** Null: no data, which is not zero. */
  readonly value: number | string | null;
  /** How many samples, or rows, it rests on. */
  readonly samples: number;
  /** The query that gave it. */
  readonly source: string;
  /** What to know when reading it: why there is none, or since when it counts. */
  readonly note: string | null;
  readonly statistics: FigureStatistics | null;
  /** For a chart: milliseconds since the epoch and the value, oldest first. */
  readonly points: readonly (readonly [number, number])[];
}

export interface FigureStatistics {
  readonly least: number;
  readonly greatest: number;
  readonly average: number;
  /** Share of the samples on the target's side, 0 to 1; null for what has no target. */
  readonly onTarget: number | null;
}

export interface ReportContent {
  readonly format: "assay.report.v1";
  readonly system: string;
  readonly name: string;
  readonly title: string;
  readonly kind: ReportKind;
  /** RFC 3339. */
  readonly from: string;
  readonly to: string;
  readonly sections: readonly { readonly title: string; readonly figures: readonly Figure[] }[];
}

/** A report that was made and is kept. */
export interface Report {
  readonly id: string;
  readonly madeAt: Instant;
  readonly madeBy: { readonly kind: string; readonly id: string; readonly name: string };
  /** Day of the schedule that it is for. */
  readonly scheduledFor: string | null;
  readonly content: ReportContent;
  /** SHA-256 of the content's canonical JSON. */
  readonly sha256: string;
}

export function noData(of: Pick<Figure, "title" | "unit" | "source">, note: string): Figure {
  return { ...of, value: null, samples: 0, note, statistics: null, points: [] };
}
