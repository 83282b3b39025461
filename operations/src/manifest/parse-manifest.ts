import { accept, type Result, refuse } from "@assay/primitives/result";
import { danglingNames } from "./dangling-names.ts";
import { type Manifest, manifestSchema } from "./manifest.ts";

/** Where a manifest is wrong: the path into it (`thresholds.3.forMs`), why, and the place in its file where it has one. */
export interface ManifestProblem {
  readonly path: string;
  readonly reason: string;
  /** From 1. */
  readonly line?: number;
  readonly column?: number;
}

export type ManifestRefusal = { readonly code: "MANIFEST_INVALID"; readonly problems: readonly ManifestProblem[] };

export interface ParseManifestOptions {
  /**
   * A system that serves its manifest may not name files and programs of this machine; a file that whoever runs the plane
   * has put there may. Default `system`.
   */
  readonly from?: "system" | "file";
}

const MOST_PROBLEMS = 50;

/** Reads a manifest that a system served or a file holds. Names that point at nothing are refused like a wrong shape. */
export function parseManifest(
  document: unknown,
  { from = "system" }: ParseManifestOptions = {},
): Result<Manifest, ManifestRefusal> {
  const parsed = manifestSchema.safeParse(document);
  if (!parsed.success) {
    return refused(
      parsed.error.issues.map(({ path, message }) => ({ path: path.map(String).join("."), reason: message })),
    );
  }
  const problems = [...danglingNames(parsed.data), ...(from === "file" ? [] : localNames(parsed.data))];
  return problems.length > 0 ? refused(problems) : accept(parsed.data);
}

function refused(problems: readonly ManifestProblem[]): Result<never, ManifestRefusal> {
  return refuse({ code: "MANIFEST_INVALID", problems: problems.slice(0, MOST_PROBLEMS) });
}

/** What only a manifest file may say. */
function localNames({ runbooks, faults, drillStart }: Manifest): ManifestProblem[] {
  const reason = "only a manifest file may name files and programs of this machine";
  return [
    ...runbooks.flatMap(({ path }, index) =>
      path.startsWith("file:") ? [{ path: `runbooks.${index}.path`, reason }] : [],
    ),
    ...faults.flatMap(({ inject }, index) =>
      inject === undefined ? [] : [{ path: `faults.${index}.inject`, reason }],
    ),
    ...(drillStart.length === 0 ? [] : [{ path: "drillStart", reason }]),
  ];
}
