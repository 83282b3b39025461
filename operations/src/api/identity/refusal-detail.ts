import type { Refusal, Refused } from "@assay/primitives/result";

/** What each refusal of identity and dual control means for the person who reads it, and what to do. */
const DETAILS: Readonly<Record<string, string>> = {
  BAD_CREDENTIALS: "The address or the password is not right.",
  TOTP_REQUIRED: "Send the six-digit code of your authenticator as well.",
  TOTP_SETUP_REQUIRED: "Set up an authenticator first: nothing dangerous is signed with a password alone.",
  BAD_TOTP: "The code is not right, or it was used already. Wait for the next one.",
  RATE_LIMITED: "Too many tries. Wait before the next one.",
  CODE_NOT_VALID: "The one-time code is not right, was used, or its time is over.",
  PERSON_EXISTS: "Somebody with this mailbox is here already: one person has one account.",
  LAST_ADMIN: "Nobody else could add or remove people. Make somebody else an admin first.",
  UNKNOWN_ACTION: "No system that is known here has this action.",
  INVALID_PARAMS: "The parameters are not what the action asks for.",
  APPROVAL_NOT_REQUIRED: "One person may do this alone.",
  ROLE_MISSING: "The policy asks for a role that would still be missing.",
  TOO_MANY_OPEN_REQUESTS: "You have too many open requests. Cancel some first.",
  APPROVAL_EXPIRED: "The time to agree is over. Ask again.",
  APPROVAL_NOT_YET_VALID: "The request is not valid yet.",
  APPROVAL_NOT_PENDING: "The request does not wait for this any more.",
  NOT_THE_REQUESTER: "Only whoever asked may do this.",
  REQUESTER_CANNOT_APPROVE: "Whoever asks never approves. Cancel it, or ask somebody else to look.",
  ALREADY_SIGNED: "You have signed this. One person counts once.",
  DIGEST_MISMATCH: "What you were shown is not what would be done. Reload and compare the code.",
  SIGNER_LEFT: "Somebody who signed may not sign any more.",
};

/** The refusal with a sentence for people. */
export function explain<R extends Refusal>(refused: Refused<R>): Refused<R & { readonly detail?: string }> {
  const detail = DETAILS[refused.refusal.code];
  return detail === undefined ? refused : { ok: false, refusal: { ...refused.refusal, detail } };
}

/** Statuses of what the second factor may refuse. */
export const SECOND_FACTOR_REFUSALS = { BAD_TOTP: 403, TOTP_SETUP_REQUIRED: 403 } as const;
