import { toHex } from "@assay/primitives/bytes";
import type { Random } from "../random/random.ts";

const ID_BYTES = 12;
const IDS_AT_ONCE = 256;

/** Makes ids such as `req_` and 24 hex digits. Chance is drawn for many at once: it costs more than the rest of the id. */
export function requestIds(random: Random): () => string {
  let pool = new Uint8Array();
  let used = 0;
  return () => {
    if (used === pool.length) {
      pool = new Uint8Array(random.bytes(ID_BYTES * IDS_AT_ONCE));
      used = 0;
    }
    used += ID_BYTES;
    return `req_${toHex(pool.subarray(used - ID_BYTES, used))}`;
  };
}
