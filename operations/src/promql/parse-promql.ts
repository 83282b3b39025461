import { accept, type Result, refuse } from "@assay/primitives/result";
import type { SyntaxNode } from "@lezer/common";
import { parser } from "@prometheus-io/lezer-promql";
import { createLinearPattern } from "../linear-pattern/linear-pattern.ts";
import {
  AGGREGATES,
  ARITHMETIC,
  type BinaryOperation,
  COMPARISONS,
  isScalar,
  type LabelMatcher,
  type Matching,
  type Promql,
  SET_OPERATIONS,
  type Selector,
  WINDOW_FUNCTIONS,
} from "./expression.ts";
import { readPromDuration, readPromNumber, readPromString } from "./read-literal.ts";

export interface PromqlProblem {
  /** `PROMQL_SYNTAX`: no Prometheus reads it. `PROMQL_BEYOND`: only a Prometheus answers it, the plane alone does not. */
  readonly code: "PROMQL_SYNTAX" | "PROMQL_BEYOND";
  readonly message: string;
  /** Characters before it. */
  readonly at: number;
}

const MAX_CHARACTERS = 2_000;
const MAX_DEPTH = 50;

class Unreadable extends Error {
  readonly problem: PromqlProblem;

  constructor(problem: PromqlProblem) {
    super(problem.message);
    this.problem = problem;
  }
}

/** Reads PromQL with Prometheus's own grammar, and keeps the part that the plane evaluates itself. */
export function parsePromql(text: string): Result<Promql, PromqlProblem> {
  try {
    if (text.length > MAX_CHARACTERS) throw syntax(`a query has at most ${MAX_CHARACTERS} characters`, 0);
    const { topNode } = parser.parse(text);
    findError(topNode, text);
    return accept(new Reader(text).read(childrenOf(topNode)[0]!));
  } catch (error) {
    if (error instanceof Unreadable) return refuse(error.problem);
    throw error;
  }
}

function syntax(message: string, at: number): Unreadable {
  return new Unreadable({ code: "PROMQL_SYNTAX", message, at });
}

function beyond(what: string, { from }: SyntaxNode): Unreadable {
  return new Unreadable({ code: "PROMQL_BEYOND", message: `${what} is answered by a Prometheus only`, at: from });
}

function findError(top: SyntaxNode, text: string): void {
  const cursor = top.cursor();
  do {
    if (cursor.type.isError) {
      const near = text.slice(Math.max(0, cursor.from - 10), cursor.from + 10);
      throw syntax(`it cannot be read near \`${near}\``, cursor.from);
    }
  } while (cursor.next());
  if (childrenOf(top).length === 0) throw syntax("the query is empty", 0);
}

class Reader {
  readonly #text: string;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(node: SyntaxNode): Promql {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw syntax("it is nested too deep", node.from);
    const expression = this.#readNode(node);
    this.#depth -= 1;
    return expression;
  }

  #readNode(node: SyntaxNode): Promql {
    switch (node.name) {
      case "ParenExpr":
        return this.read(childrenOf(node)[0]!);
      case "NumberDurationLiteral":
        return { kind: "number", value: this.#number(node) };
      case "VectorSelector":
        return { kind: "instant", selector: this.#selector(node) };
      case "UnaryExpr": {
        const of = this.read(childrenOf(node).at(-1)!);
        return this.#textOf(childrenOf(node)[0]!) === "-" ? { kind: "negate", of } : of;
      }
      case "AggregateExpr":
        return this.#aggregate(node);
      case "FunctionCall":
        return this.#call(node);
      case "BinaryExpr":
        return this.#binary(node);
      case "MatrixSelector":
        throw syntax("a window of samples stands only inside a function such as rate()", node.from);
      default:
        throw beyond(NAMES[node.name] ?? `\`${this.#textOf(node).slice(0, 40)}\``, node);
    }
  }

  #textOf({ from, to }: SyntaxNode): string {
    return this.#text.slice(from, to);
  }

  #number(node: SyntaxNode): number {
    const value = readPromNumber(this.#textOf(node));
    if (value === undefined) throw beyond(`\`${this.#textOf(node)}\` as a number`, node);
    return value;
  }

  #selector(node: SyntaxNode): Selector {
    const name = node.getChild("Identifier");
    const matchers = (node.getChild("LabelMatchers")?.getChildren("UnquotedLabelMatcher") ?? []).map((one) =>
      this.#matcher(one),
    );
    if (node.getChild("LabelMatchers")?.getChild("QuotedLabelMatcher")) throw beyond("a quoted label", node);
    if (name !== null) return { metric: this.#textOf(name), matchers };
    const named = matchers.find((matcher) => matcher.name === "__name__" && matcher.op === "=");
    if (named === undefined) throw beyond("a selector that names no metric", node);
    return { metric: named.value, matchers: matchers.filter((matcher) => matcher !== named) };
  }

  #matcher(node: SyntaxNode): LabelMatcher {
    const name = this.#textOf(node.getChild("LabelName")!);
    const op = this.#textOf(node.getChild("MatchOp")!) as LabelMatcher["op"];
    const literal = node.getChild("StringLiteral")!;
    const value = readPromString(this.#textOf(literal));
    if (value === undefined) throw beyond("such an escape in a text", literal);
    if (op === "=~" || op === "!~") {
      const pattern = createLinearPattern(value);
      if (!pattern.ok) throw beyond(`the pattern \`${value}\` (${pattern.refusal.message})`, literal);
    }
    return { name, op, value };
  }

  #aggregate(node: SyntaxNode): Promql {
    const op = this.#textOf(node.getChild("AggregateOp")!);
    const aggregate = AGGREGATES.find((known) => known === op);
    if (aggregate === undefined) throw beyond(`${op}()`, node);
    const modifier = node.getChild("AggregateModifier");
    const kind = modifier?.getChild("Without") ? "without" : "by";
    const labels = this.#labels(modifier?.getChild("GroupingLabels") ?? null);
    const [of, ...more] = argumentsOf(node);
    if (of === undefined || more.length > 0) throw syntax(`${op}() takes one argument`, node.from);
    return { kind: "aggregate", aggregate, grouping: { kind, labels }, of: this.#vector(of, `${op}()`) };
  }

  #labels(node: SyntaxNode | null): string[] {
    return (node?.getChildren("LabelName") ?? []).map((label) => this.#textOf(label));
  }

  #vector(node: SyntaxNode, whose: string): Promql {
    const expression = this.read(node);
    if (isScalar(expression)) throw syntax(`${whose} takes samples, not one number`, node.from);
    return expression;
  }

  #call(node: SyntaxNode): Promql {
    const name = this.#textOf(node.getChild("FunctionIdentifier")!);
    const given = argumentsOf(node);
    const expectCount = (count: number) => {
      if (given.length !== count) throw syntax(`${name}() takes ${count} arguments`, node.from);
    };
    const windowFunction = WINDOW_FUNCTIONS.find((known) => known === name);
    if (windowFunction !== undefined) {
      expectCount(1);
      return { kind: "window", function: windowFunction, ...this.#window(given[0]!, name) };
    }
    if (name === "time") {
      expectCount(0);
      return { kind: "time" };
    }
    if (name === "absent") {
      expectCount(1);
      return { kind: "absent", of: this.#vector(given[0]!, "absent()") };
    }
    if (name === "histogram_quantile") {
      expectCount(2);
      const quantile = this.read(given[0]!);
      if (!isScalar(quantile)) throw syntax("a quantile is one number", given[0]!.from);
      return { kind: "quantile", quantile, of: this.#vector(given[1]!, "histogram_quantile()") };
    }
    throw beyond(`${name}()`, node);
  }

  #window(node: SyntaxNode, whose: string): { selector: Selector; rangeMs: number } {
    if (node.name === "SubqueryExpr" || node.name === "OffsetExpr") throw beyond(NAMES[node.name]!, node);
    if (node.name !== "MatrixSelector") throw syntax(`${whose}() takes a window of samples such as x[5m]`, node.from);
    const inner = node.firstChild!;
    const range = node.getChild("DurationExpr")!;
    const rangeMs = readPromDuration(this.#textOf(range).trim());
    if (inner.name !== "VectorSelector" || rangeMs === undefined) throw beyond("such a window", node);
    if (rangeMs === 0) throw syntax("a window is longer than nothing", range.from);
    return { selector: this.#selector(inner), rangeMs };
  }

  #binary(node: SyntaxNode): Promql {
    const [first, operator, ...rest] = childrenOf(node) as [SyntaxNode, SyntaxNode, ...SyntaxNode[]];
    const [left, right] = [this.read(first), this.read(rest.at(-1)!)];
    const operation = [...ARITHMETIC, ...COMPARISONS, ...SET_OPERATIONS].find(
      (known) => known === this.#textOf(operator).toLowerCase(),
    ) as BinaryOperation | undefined;
    if (operation === undefined) throw beyond(`\`${this.#textOf(operator)}\``, operator);
    const isBool = node.getChild("BoolModifier")?.getChild("Bool") != null;
    const isComparison = COMPARISONS.some((known) => known === operation);
    const scalars = [left, right].filter(isScalar).length;
    if (isComparison && scalars === 2 && !isBool) throw syntax("two numbers are compared with bool", operator.from);
    if (isBool && !isComparison) throw syntax("bool belongs to a comparison", operator.from);
    if (SET_OPERATIONS.some((known) => known === operation) && scalars > 0)
      throw syntax(`${operation} joins samples, not numbers`, operator.from);
    const matching = this.#matching(node);
    if (matching !== undefined && scalars > 0) throw syntax("labels are matched only between samples", operator.from);
    return { kind: "binary", operation, isBool, matching, left, right };
  }

  #matching(node: SyntaxNode): Matching | undefined {
    const clause = node.getChild("MatchingModifierClause");
    if (clause === null) return undefined;
    if (clause.getChild("GroupLeft") || clause.getChild("GroupRight")) throw beyond("many-to-one matching", clause);
    const kind = clause.getChild("On") ? "on" : "ignoring";
    return { kind, labels: this.#labels(clause.getChild("GroupingLabels")) };
  }
}

const NAMES: Readonly<Record<string, string>> = {
  OffsetExpr: "offset",
  StepInvariantExpr: "@",
  SubqueryExpr: "a query in a window",
  StringLiteral: "a text on its own",
};

function argumentsOf(node: SyntaxNode): SyntaxNode[] {
  const body = node.getChild("FunctionCallBody");
  return body === null ? [] : childrenOf(body);
}

function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling)
    if (child.name !== "LineComment") found.push(child);
  return found;
}
