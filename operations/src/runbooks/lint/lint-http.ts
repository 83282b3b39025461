import type { Block } from "../document/runbook.ts";
import type { KnownRoute, LintInput } from "./lint-context.ts";
import type { Complain } from "./lint-step.ts";

type HttpBlock = Extract<Block, { kind: "http" }>;

const ADDRESS = /^\{\{\s*([\w.-]+)\s*\}\}(\/[^\s?#]*)?(\?[^\s#]*)?$/;

/** A request goes to a place that names a service, and to a path that the service's API description knows. */
export function lintHttp(block: HttpBlock, input: LintInput, complain: Complain): void {
  const address = ADDRESS.exec(block.url);
  if (!address) {
    complain("http-address", "an address starts with a place such as {{services.coinhubx-backend}}");
    return;
  }
  const [, place = "", path = "/"] = address;
  const { manifest, routes } = input.context;
  const parameter = input.runbook.params[place];
  if (parameter && parameter.type !== "url") complain("http-address", `{{${place}}} is not a parameter of type url`);
  // Only the first service is described by the system's API; the others are checked when the step runs.
  const described = place === manifest.system || place === `services.${manifest.services[0]?.name}`;
  if (!routes || !described) return;
  if (!routes.some((route) => route.method === block.method && isPath(path, route)))
    complain("http-path", `the API description has no ${block.method} ${path}`);
}

function isPath(path: string, route: KnownRoute): boolean {
  const [actual, known] = [path.split("/"), route.path.split("/")];
  return (
    actual.length === known.length && known.every((segment, index) => isParameter(segment) || segment === actual[index])
  );
}

function isParameter(segment: string): boolean {
  return /^(:\w+|\{\w+\})$/.test(segment);
}
