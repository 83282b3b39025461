import { formatInstant, type Instant } from "@assay/primitives/instant";
import type { RoundDetail } from "../../checklists/checklists.ts";
import { type ItemState, isLate, openItems, type Round, type Tick } from "../../checklists/round.ts";
import type { ItemCheck } from "../../manifest/checklist.ts";
import type { RoundDetailView, RoundItemView, RoundView } from "../schema/checklists.ts";

export function roundView({ round, items }: RoundDetail, now: Instant): RoundView {
  const { definition } = round;
  const open = new Set(openItems(items));
  return {
    id: round.id,
    system: round.system,
    checklist: round.checklist,
    title: definition.title,
    period: round.period,
    timeZone: definition.timeZone,
    source: definition.source,
    signOff: definition.signOff,
    opensAt: formatInstant(round.opensAt),
    dueAt: formatInstant(round.dueAt),
    state: stateOf(round, now),
    signedAt: time(round.signedAt),
    signedBy: round.signedBy?.name ?? null,
    note: round.note,
    items: items.map((state) => itemView(state, round.signedAt === null && open.has(state))),
  };
}

export function roundDetailView(detail: RoundDetail, now: Instant): RoundDetailView {
  return { round: roundView(detail, now), history: detail.ticks.toReversed().map(tickView) };
}

function stateOf(round: Round, now: Instant): RoundView["state"] {
  if (round.signedAt !== null) return isLate(round) ? "signed late" : "signed";
  return round.dueAt <= now ? "overdue" : "open";
}

function itemView({ item, verdict, note, last }: ItemState, open: boolean): RoundItemView {
  return {
    id: item.id,
    title: item.title,
    role: item.role ?? "operator",
    note: item.note,
    automatic: item.check === undefined ? null : checkWords(item.check),
    verdict,
    remark: note,
    open,
    last: last && tickView(last),
  };
}

function tickView({ actor, observedAt, at, ...tick }: Tick) {
  const { kind, id, name } = actor;
  return { ...tick, by: { kind, id, name }, observedAt: time(observedAt), at: formatInstant(at) };
}

function checkWords(check: ItemCheck): string {
  switch (check.kind) {
    case "threshold":
      return `threshold ${check.id} is on target`;
    case "health":
      return `health check ${check.id} is healthy`;
    case "alerts":
      return `no alert fires at ${check.none} or above`;
    case "read":
      return `${check.path} answers ${JSON.stringify(check.matcher)} at ${check.select}`;
    case "backup":
      return `backup ${check.name} was ${check.what} lately`;
  }
}

function time(at: Instant | null): string | null {
  return at === null ? null : formatInstant(at);
}
