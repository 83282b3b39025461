import { join } from "node:path";
import { defineCommand } from "@assay/platform/command-line/command";
import type { CommandContext } from "@assay/platform/command-line/command-context";
import { UsageError } from "@assay/platform/command-line/parse-arguments";
import { Failure } from "@assay/primitives/failure";
import { planeSession } from "../plane/plane-session.ts";
import { configFolder, readSessionFile, writePrivateFile } from "../plane/session-file.ts";

export const command = defineCommand({
  name: "login",
  usage: "[system]",
  summary: "sign in to the plane, or get a token for curl",
  details: `Signs you in to the operations plane and keeps the session in $XDG_CONFIG_HOME/assay, readable by you alone. With the
name of a system it also writes a file that curl reads, with a token of at most five minutes for that system, and prints
the line that names it. It never writes ~/.curlrc: that would send the token to every host.`,
  examples: [
    ["assay login", "asks for e-mail, password and code"],
    ['eval "$(assay login coinhubx)"', 'then: curl -K "$ASSAY_CURLRC" -s http://127.0.0.1:8001/api/errors'],
    ["assay login --email a@b.example --password-stdin < file", "for a script"],
  ],
  options: {
    email: { kind: "text", value: "ADDRESS", summary: "who you are" },
    "password-stdin": { kind: "flag", summary: "read the password from standard input" },
    totp: { kind: "text", value: "CODE", summary: "the six digits of your authenticator" },
  },
  words: { min: 0, max: 1 },
  exits: { 1: "the plane says no" },
  run: async (context, { options, words: [system] }) => {
    const { terminal } = context;
    const wantsSession = system === undefined || options.email !== undefined || !(await isSignedIn(context));
    if (wantsSession) {
      const { name, expiresAt, plane } = await signIn(context, options);
      const sentence = `Signed in to ${plane} as ${name} until ${expiresAt}.`;
      if (system !== undefined) terminal.printError(sentence);
      else if (terminal.isJson) terminal.printJson({ plane, name, expiresAt });
      else terminal.print(sentence);
    }
    if (system !== undefined) await writeCurlFile(context, system);
    return undefined;
  },
});

async function isSignedIn(context: CommandContext): Promise<boolean> {
  const session = readSessionFile(context.env);
  const plane = await context.serviceUrl("operations");
  return session?.plane === plane && Date.parse(session.expiresAt) > context.clock.now();
}

interface SignInOptions {
  readonly email: string | undefined;
  readonly "password-stdin": boolean;
  readonly totp: string | undefined;
}

async function signIn(context: CommandContext, options: SignInOptions) {
  const email = options.email ?? (await context.ask("E-mail:"));
  const password = options["password-stdin"]
    ? (await context.readInput()).replace(/\r?\n$/, "")
    : await context.ask("Password:", { hidden: true });
  if (password === "") throw new UsageError("the password is empty");
  const session = planeSession(context);
  try {
    return await session.signIn({ email, password, ...(options.totp === undefined ? {} : { totp: options.totp }) });
  } catch (error) {
    const needsCode = error instanceof Failure && error.code === "TOTP_REQUIRED" && options.totp === undefined;
    if (!needsCode || options["password-stdin"]) throw error;
    const totp = await context.ask("Code of your authenticator:");
    return await session.signIn({ email, password, totp: totp.replace(/\s/g, "") });
  }
}

/** The file's own syntax wants quotes and backslashes escaped; a token has neither, and this says so. */
async function writeCurlFile(context: CommandContext, system: string): Promise<void> {
  if (!/^[a-z][a-z0-9-]{1,30}$/.test(system)) throw new UsageError(`"${system}" is no name of a system`);
  const { terminal } = context;
  const token = await context.accessToken(system);
  const path = join(configFolder(context.env), `${system}.curlrc`);
  writePrivateFile(path, `header = "Authorization: Bearer ${token.replace(/[^\w.~+/=-]/g, "")}"\n`);
  if (terminal.isJson) terminal.printJson({ curlrc: path });
  else terminal.print(`export ASSAY_CURLRC='${path.replaceAll("'", "'\\''")}'`);
}
