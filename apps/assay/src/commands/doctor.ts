import { defineCommand } from "@assay/platform/command-line/command";
import { EXIT } from "@assay/platform/command-line/exit-code";
import { formatTable, type Style } from "@assay/platform/command-line/terminal";
import { examine, type Finding } from "../doctor/examine.ts";

const STYLES: Readonly<Record<Finding["verdict"], Style>> = { good: "good", warning: "warning", bad: "bad" };
const WORDS: Readonly<Record<Finding["verdict"], string>> = { good: "ok", warning: "look", bad: "wrong" };

export const command = defineCommand({
  name: "doctor",
  summary: "find out what is wrong on this machine",
  details: `Looks at everything the local stack needs: programs, folder, disk, ports, the running processes, the plane, and your
session. It changes nothing, and says for each finding what to do.`,
  examples: [
    ["assay doctor", "look at everything"],
    ["assay doctor --json | jq '.[] | select(.verdict == \"bad\")'", "for a script"],
  ],
  exits: { 1: "something is wrong" },
  run: async (context) => {
    const { terminal } = context;
    const findings = await examine(context);
    if (terminal.isJson) terminal.printJson(findings);
    else {
      terminal.print(
        formatTable(
          terminal,
          [
            { title: "", text: ({ verdict }) => WORDS[verdict], style: ({ verdict }) => STYLES[verdict] },
            { title: "CHECK", text: ({ check }) => check },
            { title: "FINDING", text: ({ finding }) => finding },
            { title: "WHAT TO DO", text: ({ advice }) => advice ?? "" },
          ],
          findings,
        ),
      );
    }
    return findings.some(({ verdict }) => verdict === "bad") ? EXIT.failed : EXIT.ok;
  },
});
