import { type LocalStack, startLocalStack } from "@assay/cli/local-stack";
import type { DrillStack } from "@assay/operations/drills/drill-people";
import { type SmtpReceiver, startSmtpReceiver } from "@assay/platform/testing/smtp-receiver";
import { temporaryFolder } from "@assay/platform/testing/temporary-folder";

/** A stack with faults enabled and short intervals, in a temporary folder on free ports, and a mail server of its own. */
export interface RunningDrillStack extends AsyncDisposable {
  readonly drill: DrillStack;
  readonly exchangeUrl: string;
  /** The superuser's logins. */
  readonly databases: LocalStack["databases"];
  readonly mailbox: SmtpReceiver;
  /** Kills single processes. */
  readonly control: LocalStack["control"];
}

const DRILL_SETTINGS = {
  ASSAY_FAULTS: "enabled",
  ASSAY_LOG_LEVEL: "warn",
  COINHUBX_RECONCILIATION_INTERVAL_S: "5",
  OPERATIONS_EVALUATION_INTERVAL_MS: "1000",
  OPERATIONS_SCRAPE_INTERVAL_MS: "1000",
};

export async function startDrillStack(): Promise<RunningDrillStack> {
  await using resources = new AsyncDisposableStack();
  const mailbox = resources.use(await startSmtpReceiver());
  const folder = resources.use(await temporaryFolder());
  const stack = resources.use(
    await startLocalStack({
      stateDirectory: folder.path,
      portOffset: "free",
      select: ({ name }) => name !== "coinhubx-demo",
      environment: { ...DRILL_SETTINGS, OPERATIONS_SMTP_URL: mailbox.url.reveal() },
      ...(process.env.PATH === undefined ? {} : { path: process.env.PATH }),
    }),
  );
  const running = resources.move();
  const exchangeUrl = stack.urls["coinhubx-backend"];
  return {
    drill: {
      planeUrl: stack.urls.operations,
      systemUrl: exchangeUrl,
      bootstrapCode: async () => stack.bootstrapCode() ?? "",
      mailbox,
      processFaults: stack.faults,
    },
    exchangeUrl,
    databases: stack.databases,
    control: stack.control,
    mailbox,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
