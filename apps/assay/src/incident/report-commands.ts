import { writeFile } from "node:fs/promises";
import { postMortemSchema } from "@assay/operations/api/schema/incidents";
import { defineCommand } from "@assay/platform/command-line/command";
import { EXIT } from "@assay/platform/command-line/exit-code";
import { printable } from "@assay/platform/command-line/terminal";
import { planeSession } from "../plane/plane-session.ts";
import { readNamedFile } from "../read-named-file.ts";

export const postMortem = defineCommand({
  name: "incident postmortem",
  usage: "<incident> [file]",
  summary: "print or save the incident report",
  details: `Prints the post-mortem as Markdown in the form of an incident report: as it was last saved, or as the timeline
proposes it. It is written and published in the console.`,
  examples: [
    ["assay incident postmortem INC-7", "read it"],
    ["assay incident postmortem INC-7 report.md", "save it"],
  ],
  words: { min: 1, max: 2 },
  run: async (context, { words: [id = "", file] }) => {
    const path = `/api/incidents/${encodeURIComponent(id)}/post-mortem`;
    const session = planeSession(context);
    if (context.terminal.isJson) {
      context.terminal.printJson(await session.call(path, postMortemSchema));
      return undefined;
    }
    const text = await session.text(`${path}.md`);
    if (file === undefined) context.terminal.print(text.split("\n").map(printable).join("\n").trimEnd());
    else await writeFile(file, text, { mode: 0o600 });
    return undefined;
  },
});

const REFUSALS: Readonly<Record<string, string>> = {
  EXPORT_MALFORMED: "the file is no exported incident, or it was changed",
  ENTRY_CHANGED: "an entry of the timeline is not what its digest says",
  ENTRY_NOT_AUDITED: "an entry of the timeline is not in the audit log",
  CONTENT_NOT_EXPORTED: "the audit log does not say that exactly this was exported",
  BUNDLE_MALFORMED: "its audit bundle was changed",
  KEY_NOT_TRUSTED: "it was signed with another key than the one given",
  CHECKPOINT_NOT_SIGNED: "its checkpoint is not signed by the key that it names",
  ROOT_DIFFERS: "its audit entries are not those that were signed",
};

export const verify = defineCommand({
  name: "incident verify",
  usage: "<file>",
  summary: "check an exported incident without any server",
  details: `Checks that an exported incident is byte for byte what the plane exported, and that each entry of its timeline stands in
the signed audit log. Give the key you trust, or it can only say that whoever holds the key inside the file signed it.`,
  examples: [
    ["assay incident verify incident.json", "is it consistent?"],
    ["assay incident verify incident.json --key 'assay+1a2b…'", "and signed by our plane?"],
  ],
  options: { key: { kind: "text", value: "KEY", summary: "the plane's verifier key, as printed in the console" } },
  words: { min: 1, max: 1 },
  exits: { 1: "it does not verify; the reason is printed", 2: "there is no such file" },
  run: async (context, { options, words: [file = ""] }) => {
    const { terminal } = context;
    const { verifyIncident } = await import("@assay/operations/incidents/verify-incident");
    const text = await readNamedFile(file);
    const verified = await verifyIncident(text, options.key === undefined ? {} : { verifierKey: options.key });
    if (!verified.ok) {
      const { code, ...where } = verified.refusal;
      const reason = REFUSALS[code] ?? code;
      if (terminal.isJson) terminal.printJson({ verified: false, code, reason, ...where });
      else terminal.print(terminal.style("bad", `${file} does not verify: ${reason} (${code}).`));
      return EXIT.failed;
    }
    const { incidentId, title, timelineEntries, auditEntries, exportedBy, exportedAt, verifierKey, keyPinned } =
      verified.value;
    if (terminal.isJson) terminal.printJson({ verified: true, ...verified.value });
    else {
      const signed = keyPinned ? "with the key you gave" : `with ${verifierKey}; give --key to say whom you trust`;
      terminal.print(
        `${file} ${terminal.style("good", "verifies")}: ${incidentId}, ${printable(title)}, as ${printable(exportedBy)} exported it at ${exportedAt}.\n${timelineEntries} timeline entries, ${auditEntries} audit entries\nsigned ${signed}`,
      );
    }
    return EXIT.ok;
  },
});
