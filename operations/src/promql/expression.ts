/** Functions over a window of samples. */
export const WINDOW_FUNCTIONS = [
  "rate",
  "increase",
  "max_over_time",
  "min_over_time",
  "avg_over_time",
  "sum_over_time",
  "count_over_time",
] as const;
export type WindowFunction = (typeof WINDOW_FUNCTIONS)[number];

export const AGGREGATES = ["sum", "min", "max", "avg", "count"] as const;
export type Aggregate = (typeof AGGREGATES)[number];

export const ARITHMETIC = ["+", "-", "*", "/", "%", "^"] as const;
export const COMPARISONS = ["==", "!=", ">", ">=", "<", "<="] as const;
export const SET_OPERATIONS = ["and", "or", "unless"] as const;
export type BinaryOperation =
  | (typeof ARITHMETIC)[number]
  | (typeof COMPARISONS)[number]
  | (typeof SET_OPERATIONS)[number];

export interface LabelMatcher {
  readonly name: string;
  readonly op: "=" | "!=" | "=~" | "!~";
  readonly value: string;
}

export interface Selector {
  readonly metric: string;
  readonly matchers: readonly LabelMatcher[];
}

/** Which labels two samples must share, or which they need not. */
export interface Matching {
  readonly kind: "on" | "ignoring";
  readonly labels: readonly string[];
}

/** The part of PromQL that the plane answers from its own samples. */
export type Promql =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "time" }
  | { readonly kind: "instant"; readonly selector: Selector }
  | {
      readonly kind: "window";
      readonly function: WindowFunction;
      readonly selector: Selector;
      readonly rangeMs: number;
    }
  | {
      readonly kind: "aggregate";
      readonly aggregate: Aggregate;
      readonly grouping: { readonly kind: "by" | "without"; readonly labels: readonly string[] };
      readonly of: Promql;
    }
  | { readonly kind: "quantile"; readonly quantile: Promql; readonly of: Promql }
  | { readonly kind: "absent"; readonly of: Promql }
  | { readonly kind: "negate"; readonly of: Promql }
  | {
      readonly kind: "binary";
      readonly operation: BinaryOperation;
      /** With `bool`, a comparison gives 0 or 1 instead of leaving out what does not hold. */
      readonly isBool: boolean;
      readonly matching: Matching | undefined;
      readonly left: Promql;
      readonly right: Promql;
    };

/** Whether it is one number without labels, as opposed to a set of samples. */
export function isScalar(expression: Promql): boolean {
  switch (expression.kind) {
    case "number":
    case "time":
      return true;
    case "negate":
      return isScalar(expression.of);
    case "binary":
      return isScalar(expression.left) && isScalar(expression.right);
    default:
      return false;
  }
}

/** Every selector with how far back it reads (0: only now); those under `absent` may have no series. */
export function selectorsOf(
  expression: Promql,
  mayBeAbsent = false,
): { readonly selector: Selector; readonly rangeMs: number; readonly mayBeAbsent: boolean }[] {
  switch (expression.kind) {
    case "number":
    case "time":
      return [];
    case "instant":
      return [{ selector: expression.selector, rangeMs: 0, mayBeAbsent }];
    case "window":
      return [{ selector: expression.selector, rangeMs: expression.rangeMs, mayBeAbsent }];
    case "absent":
      return selectorsOf(expression.of, true);
    case "aggregate":
    case "negate":
      return selectorsOf(expression.of, mayBeAbsent);
    case "quantile":
      return [...selectorsOf(expression.quantile, mayBeAbsent), ...selectorsOf(expression.of, mayBeAbsent)];
    case "binary":
      return [...selectorsOf(expression.left, mayBeAbsent), ...selectorsOf(expression.right, mayBeAbsent)];
  }
}
