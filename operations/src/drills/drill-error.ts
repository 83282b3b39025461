/** A drill that did not go as it must; the message says at which point and what was seen instead. */
export class DrillError extends Error {
  override readonly name = "DrillError";
}
