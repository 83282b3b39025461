import {
  doneSchema,
  endedSessionsSchema,
  sessionListSchema,
  sessionSchema,
  signedInSchema,
  totpSetupSchema,
} from "@assay/operations/api/schema/identity";
import type { StepUpProofView } from "@assay/operations/api/schema/step-up";
import { Problem, request } from "@assay/page-kit/request.ts";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { z } from "zod";

export type Session = z.infer<typeof sessionSchema>;

/** For answers that nobody reads. */
export const nothing = z.unknown();

/** Who is signed in, or null. */
export const sessionQuery = queryOptions({
  queryKey: ["session"],
  staleTime: 30_000,
  queryFn: async (): Promise<Session | null> => {
    try {
      return await request("/api/session", { schema: sessionSchema });
    } catch (error) {
      if (error instanceof Problem && error.details.status === 401) return null;
      throw error;
    }
  },
});

export function useSession(): Session | null | undefined {
  return useQuery(sessionQuery).data;
}

export function signIn(body: { email: string; password: string; totp?: string }) {
  return request("/api/session", { method: "POST", body, schema: signedInSchema });
}

export function signOut() {
  return request("/api/session", { method: "DELETE", schema: nothing });
}

export function bootstrap(body: { code: string; email: string; name: string; password: string }) {
  return request("/api/bootstrap", { method: "POST", body, schema: nothing });
}

export function enrol(body: { code: string; password: string }) {
  return request("/api/people/enrol", { method: "POST", body, schema: nothing });
}

/** Whoever has a second factor proves it before it is replaced. */
export function startTotp(stepUp?: StepUpProofView) {
  const body = stepUp === undefined ? {} : { stepUp };
  return request("/api/totp/setup", { method: "POST", body, schema: totpSetupSchema });
}

export function confirmTotp(code: string) {
  return request("/api/totp/confirm", { method: "POST", body: { code }, schema: nothing });
}

export const sessionsQuery = queryOptions({
  queryKey: ["people", "me", "sessions"],
  queryFn: async () => (await request("/api/session/list", { schema: sessionListSchema })).sessions,
});

export function endOtherSessions() {
  return request("/api/session/end-others", { method: "POST", body: {}, schema: endedSessionsSchema });
}

export function endSession(id: string) {
  return request(`/api/session/${id}`, { method: "DELETE", schema: doneSchema });
}
