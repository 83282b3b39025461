import { answer, type Call, type Route, route } from "@assay/platform/http/route";
import { formatInstant } from "@assay/primitives/instant";
import { refuse } from "@assay/primitives/result";
import type { z } from "zod";
import type { Customer, CustomerId } from "../../customers/customer.ts";
import type { SignedIn, SignIn } from "../../customers/sign-in.ts";
import { FLAG_REFUSALS } from "../../feature-flags/flag-values.ts";
import { signedInCustomer } from "../access.ts";
import { closedSwitch } from "../closed-switch.ts";
import { invalidField } from "../invalid-field.ts";
import type { Principal } from "../principal.ts";
import {
  customerSchema,
  emptyInputSchema,
  loginInputSchema,
  registerInputSchema,
  signedInSchema,
  successSchema,
} from "../schema/auth.ts";
import { customerView } from "./customer-view.ts";
import type { SessionCookie } from "./session-cookie.ts";

export interface SignInRoutesOptions {
  readonly signIn: SignIn;
  readonly cookie: SessionCookie;
  readonly findCustomer: (id: CustomerId) => Promise<Customer | undefined>;
  /** Counts `failed_logins_total`. */
  readonly onFailedLogin: () => void;
}

export function signInRoutes(options: SignInRoutesOptions): Route<Principal>[] {
  return [register(options), login(options), logout(options), session(options)];
}

function register({ signIn, cookie }: SignInRoutesOptions): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/auth/register",
    summary: "Register a customer and sign in",
    access: "open",
    body: registerInputSchema,
    replies: { 201: signedInSchema },
    refusals: { EMAIL_TAKEN: 409, ...FLAG_REFUSALS },
    async handle(call) {
      const { email, password, transport } = call.body;
      const registered = await signIn.register({ email, password, remoteAddress: call.remoteAddress });
      if (registered.ok) return signedIn(call, { status: 201, signedIn: registered.value, transport, cookie });
      const { refusal } = registered;
      switch (refusal.code) {
        case "NOT_AN_EMAIL":
          return invalidField("body.email", "is not an e-mail address");
        case "PASSWORD_TOO_SHORT":
          return invalidField("body.password", "needs at least 12 characters");
        case "PASSWORD_TOO_LONG":
          return invalidField("body.password", "is longer than 256 characters");
        case "EMAIL_TAKEN":
          return refuse({ code: "EMAIL_TAKEN", detail: "A customer with this e-mail address exists." });
        case "RATE_LIMITED":
          return refuse(refusal);
        default:
          return closedSwitch(refusal);
      }
    },
  });
}

function login({ signIn, cookie, onFailedLogin }: SignInRoutesOptions): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/auth/login",
    summary: "Sign in",
    access: "open",
    body: loginInputSchema,
    replies: { 200: signedInSchema },
    refusals: { BAD_CREDENTIALS: 401 },
    async handle(call) {
      const { email, password, totp_code: totp, transport } = call.body;
      const entered = await signIn.signIn({ email, password, totp, remoteAddress: call.remoteAddress });
      if (entered.ok) return signedIn(call, { status: 200, signedIn: entered.value, transport, cookie });
      if (entered.refusal.code === "BAD_CREDENTIALS") onFailedLogin();
      return refuse(entered.refusal);
    },
  });
}

function signedIn<const Status extends 200 | 201>(
  call: Pick<Call<unknown, unknown, unknown, unknown>, "setHeader">,
  {
    status,
    signedIn: { customer, session: opened, token },
    transport,
    cookie,
  }: {
    status: Status;
    signedIn: SignedIn;
    transport: "cookie" | "bearer";
    cookie: SessionCookie;
  },
) {
  if (transport === "cookie") call.setHeader("set-cookie", cookie.set(token));
  const body: z.input<typeof signedInSchema> = {
    success: true,
    ...customerView(customer),
    session_expires_at: formatInstant(opened.expiresAt),
    ...(transport === "bearer" ? { session_token: token } : {}),
  };
  return answer(status, body);
}

function logout({ signIn, cookie }: SignInRoutesOptions): Route<Principal> {
  return route({
    method: "POST",
    path: "/api/auth/logout",
    summary: "Sign out",
    access: signedInCustomer,
    body: emptyInputSchema,
    replies: { 200: successSchema },
    async handle(call) {
      await signIn.signOut(call.principal.session.id);
      call.setHeader("set-cookie", cookie.remove());
      return answer(200, { success: true as const });
    },
  });
}

function session({ findCustomer }: SignInRoutesOptions): Route<Principal> {
  return route({
    method: "GET",
    path: "/api/auth/session",
    summary: "Who is signed in",
    access: signedInCustomer,
    replies: { 200: customerSchema },
    async handle(call) {
      const found = await findCustomer(call.principal.customerId);
      return found === undefined ? refuse({ code: "UNAUTHENTICATED" }) : answer(200, customerView(found));
    },
  });
}
