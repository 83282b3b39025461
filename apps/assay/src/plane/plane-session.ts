import type { CommandContext } from "@assay/platform/command-line/command-context";
import { type FetchOptions, fetchJson, fetchText } from "@assay/platform/http/http-client";
import { Failure } from "@assay/primitives/failure";
import { z } from "zod";
import { readAnswer, toFailure } from "./answer.ts";
import { readSessionFile, removeSessionFile, type StoredSession, writeSessionFile } from "./session-file.ts";

const tokenSchema = z.object({ token: z.string() });
const signedInSchema = z.object({
  token: z.string(),
  person: z.object({ name: z.string() }),
  session: z.object({ expiresAt: z.string() }),
});

const TIMEOUT_MS = 30_000;
const MAX_BYTES = 64 * 2 ** 20;

export interface Credentials {
  readonly email: string;
  readonly password: string;
  readonly totp?: string;
}

/** The plane's API in the name of who signed in with `assay login`. */
export interface PlaneSession {
  readonly url: string;
  signIn(credentials: Credentials): Promise<StoredSession>;
  signOut(): Promise<void>;
  /** The answer's JSON, whose shape the caller states. @throws Failure with the plane's code and sentence. */
  call<T>(path: string, schema: z.ZodType<T>, options?: FetchOptions): Promise<T>;
  /** The answer as text. */
  text(path: string): Promise<string>;
  /** What the plane itself is called with. */
  token(): Promise<string>;
  /** A token for a system, good for at most five minutes. */
  accessToken(system: string): Promise<string>;
}

export function planeSession(context: CommandContext): PlaneSession {
  const { env } = context;
  const url = async () => await context.serviceUrl("operations");
  const token = async () => requireSession(readSessionFile(env), await url()).token;
  const call: PlaneSession["call"] = async (path, schema, options = {}) => {
    const base = await url();
    const common = { timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES, signal: context.signal };
    const reply = await fetchJson(`${base}${path}`, { ...common, token: await token(), ...options });
    if (reply.status >= 400) throw toFailure(reply.status, reply.body, base);
    return readAnswer(schema, reply.body, path);
  };
  return {
    get url() {
      return readSessionFile(env)?.plane ?? "";
    },
    signIn: async (credentials) => await signIn(context, await url(), credentials),
    signOut: async () => {
      await call("/api/session", z.unknown(), { method: "DELETE" }).catch(() => undefined);
      removeSessionFile(env);
    },
    call,
    text: async (path) => {
      const base = await url();
      const reply = await fetchText(`${base}${path}`, {
        token: await token(),
        timeoutMs: TIMEOUT_MS,
        maxBytes: MAX_BYTES,
      });
      if (reply.status >= 400) throw toFailure(reply.status, parseJson(reply.body), base);
      return reply.body;
    },
    token,
    accessToken: async (system) =>
      (await call("/api/tokens", tokenSchema, { method: "POST", body: { audience: system } })).token,
  };
}

async function signIn(context: CommandContext, url: string, credentials: Credentials): Promise<StoredSession> {
  const body = { ...credentials, transport: "bearer" };
  const reply = await fetchJson(`${url}/api/session`, { method: "POST", body, timeoutMs: TIMEOUT_MS });
  if (reply.status >= 400) throw toFailure(reply.status, reply.body, url);
  const { token, person, session } = readAnswer(signedInSchema, reply.body, "/api/session");
  const stored = { plane: url, token, name: person.name, expiresAt: session.expiresAt };
  writeSessionFile(context.env, stored);
  return stored;
}

/** A session goes to the plane that gave it and to no other. */
function requireSession(session: StoredSession | undefined, url: string): StoredSession {
  if (session !== undefined && session.plane === url) return session;
  const reason = `Nobody is signed in to ${url}; run "assay login" first.`;
  throw new Failure("NOT_SIGNED_IN", { retryable: false, details: { reason } });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
