import type { RefusalOfRoute } from "@assay/platform/http/route";
import { type Refused, refuse } from "@assay/primitives/result";
import type { FlagRefusal } from "../feature-flags/flag-values.ts";

const RETRY_AFTER_S = 60;

const DETAILS: Readonly<Record<FlagRefusal["code"], string>> = {
  TRADING_DISABLED: "Trading is stopped. Open orders can be canceled.",
  WITHDRAWALS_DISABLED: "Withdrawals are stopped.",
  DEPOSITS_DISABLED: "Deposits are stopped.",
  SIGNUPS_DISABLED: "Registration is closed.",
  MAINTENANCE: "The exchange is in maintenance. Balances can be read and orders canceled.",
};

/** The 503 of a closed switch, with the time after which asking again makes sense. */
export function closedSwitch({ code }: FlagRefusal): Refused<RefusalOfRoute<FlagRefusal["code"]>> {
  return refuse({ code, detail: DETAILS[code], retryAfterS: RETRY_AFTER_S });
}

/** A refusal as it is; a closed switch with its sentence and the time to ask again. */
export function toldRefusal<Told extends { readonly code: string }>(refusal: Told): Refused<Told> {
  return refuse(isClosedSwitch(refusal) ? { ...refusal, ...closedSwitch(refusal).refusal } : refusal);
}

function isClosedSwitch<Told extends { readonly code: string }>(refusal: Told): refusal is Told & FlagRefusal {
  return Object.hasOwn(DETAILS, refusal.code);
}
