import { type Problem, refusalProblem } from "./problem.ts";
import type { Method, Route } from "./route.ts";

/** What to say where no route answers: nothing is here, or something that takes other methods. */
export function unroutedProblem(methods: readonly Method[]): Problem {
  if (methods.length === 0) return refusalProblem("NOT_FOUND", "Nothing is here.");
  return refusalProblem("METHOD_NOT_ALLOWED", `This takes ${methods.join(", ")}.`);
}

/** Which methods the routes have for a path; asked only when none answered. */
export function methodTable(routes: readonly Route<never>[]): (path: string) => readonly Method[] {
  const table = routes.map(({ method, path }) => ({
    method,
    pattern: new RegExp(
      `^${path
        .replace(/[.+?^${}()|[\]\\]/g, "\\$&")
        .replace(/:\w+/g, "[^/]+")
        .replace("*", ".*")}$`,
    ),
  }));
  return (path) => table.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method);
}
