import { accept, type Result, refuse } from "@assay/primitives/result";

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

type BadJson = { readonly code: "INVALID_INPUT"; readonly detail: string };

/**
 * Reads a JSON body; an empty one is `{}`. Invalid UTF-8 and a member named `__proto__` are refused: the one would
 * change meaning in storage, the other in our own objects.
 */
export function parseJsonBody(bytes: Uint8Array): Result<unknown, BadJson> {
  if (bytes.length === 0) return accept({});
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    return refuse({ code: "INVALID_INPUT", detail: "The body is not UTF-8." });
  }
  // An escape could spell the name too, so any text that may contain it is parsed with a check of every member.
  const suspicious = text.includes("__proto__") || text.includes("\\u005");
  try {
    return accept(suspicious ? JSON.parse(text, refuseProto) : JSON.parse(text));
  } catch {
    return refuse({ code: "INVALID_INPUT", detail: "The body is not valid JSON." });
  }
}

function refuseProto(name: string, value: unknown): unknown {
  if (name === "__proto__") throw new SyntaxError("a member is named __proto__");
  return value;
}
