import type { Refusal, Refused } from "@assay/primitives/result";

/** What each refusal of identity and dual control means for the person who reads it, and what to do. */
const DETAILS: Readonly<Record<string, string>> = {
  BAD_CREDENTIALS: "The address or the password is not right.",
  TOTP_REQUIRED: "Prove your second factor as well: the six-digit code of your authenticator, or a passkey.",
  TOTP_SETUP_REQUIRED: "Set up an authenticator or a passkey first: nothing dangerous is signed with a password alone.",
  BAD_TOTP: "The code is not right, or it was used already. Wait for the next one.",
  BAD_PASSKEY: "The passkey's answer is not right, was used already, or came too late. Try again.",
  PASSKEY_REQUIRED:
    "Your second factor is a passkey: sign in with it in a browser. For the command line, set up an authenticator there.",
  NO_PASSKEY: "You have no passkey here. Add one on your own page, or use your code.",
  PASSKEY_EXISTS: "This passkey is registered already.",
  PASSKEYS_UNAVAILABLE: "Browsers allow passkeys only for a site with a name. Open it by its name, or use your code.",
  TOO_MANY_PASSKEYS: "Ten passkeys are enough. Remove one first.",
  END_NOT_VALID: "A key ends after now and within a year.",
  TOO_MANY_KEYS: "A hundred keys are in use. Revoke one first.",
  PROVIDER_NOT_CONFIGURED: "No identity provider is set up here.",
  RATE_LIMITED: "Too many tries. Wait before the next one.",
  CODE_NOT_VALID: "The one-time code is not right, was used, or its time is over.",
  PERSON_EXISTS: "Somebody with this mailbox is here already: one person has one account.",
  SECOND_ADMIN_REQUIRED: "Somebody else must agree: ask for operations.person.add or operations.person.change_roles.",
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
  STANDING_APPROVAL_ENDED: "What was agreed to beforehand is used up, ended or revoked. Ask for it.",
  NOT_A_STOP: "Break-glass only stops. Starting something takes everybody who must agree.",
  ALREADY_REVIEWED: "Somebody has reviewed it already.",
  REVIEWER_ACTED: "Whoever used break-glass does not review it. Ask somebody else.",
  ALREADY_REVOKED: "It was revoked already.",
};

/** The refusal with a sentence for people. */
export function explain<R extends Refusal>(refused: Refused<R>): Refused<R & { readonly detail?: string }> {
  const detail = DETAILS[refused.refusal.code];
  return detail === undefined ? refused : { ok: false, refusal: { ...refused.refusal, detail } };
}

/** Statuses of what the second factor may refuse. */
export const SECOND_FACTOR_REFUSALS = {
  BAD_TOTP: 403,
  BAD_PASSKEY: 403,
  PASSKEYS_UNAVAILABLE: 409,
  TOTP_SETUP_REQUIRED: 403,
} as const;
