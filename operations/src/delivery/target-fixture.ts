import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** Test data: a real HTTP target that answers as told, never, or without end. */
export interface Target extends AsyncDisposable {
  readonly url: string;
  asked(): number;
  paths(): readonly string[];
  /** What was posted, read as JSON. */
  bodies(): readonly unknown[];
}

export type TargetAnswer =
  | "silent"
  | "endless"
  | { readonly status: number; readonly body?: string; readonly headers?: Readonly<Record<string, string>> };

export async function startTarget(answer: TargetAnswer): Promise<Target> {
  const paths: string[] = [];
  const bodies: unknown[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    paths.push(request.url ?? "");
    bodies.push(JSON.parse(Buffer.concat(chunks).toString("utf8")));
    if (answer === "silent") return;
    if (answer === "endless") {
      response.writeHead(200);
      const pour = () => {
        while (!response.destroyed && response.write("x".repeat(8_192)));
      };
      response.on("drain", pour).on("error", () => undefined);
      return pour();
    }
    response.writeHead(answer.status, answer.headers).end(answer.body ?? "");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: () => paths.length,
    paths: () => paths,
    bodies: () => bodies,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
