import type { Role } from "../manifest/manifest.ts";

/** Somebody who can be reached. */
export interface Reachable {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly roles: readonly Role[];
}

/** Who works here now; removed people are not in it. */
export interface Directory {
  people(): Promise<readonly Reachable[]>;
}
