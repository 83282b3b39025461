import { rmSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { defineCommand } from "@assay/platform/command-line/command";
import { planeSession } from "../plane/plane-session.ts";
import { configFolder, readSessionFile } from "../plane/session-file.ts";

export const command = defineCommand({
  name: "logout",
  summary: "end the session of this machine",
  details: "Ends the session at the plane and removes it, and the files written for curl, from this machine.",
  examples: [["assay logout", "end it"]],
  run: async (context) => {
    const { terminal, env } = context;
    const session = readSessionFile(env);
    if (session !== undefined) await planeSession(context).signOut();
    const folder = configFolder(env);
    const files = await readdir(folder).catch(() => []);
    for (const file of files) if (file.endsWith(".curlrc")) rmSync(join(folder, file), { force: true });
    if (terminal.isJson) terminal.printJson({ signedOut: session !== undefined });
    else terminal.print(session === undefined ? "Nobody was signed in." : `${session.name} is signed out.`);
    return undefined;
  },
});
