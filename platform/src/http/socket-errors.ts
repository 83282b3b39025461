import type { Socket } from "node:net";
import { PROBLEM_TYPE } from "./problem.ts";
import { SECURITY_HEADERS } from "./security-headers.ts";

interface RawProblem {
  readonly status: number;
  readonly reason: string;
  readonly code: string;
}

const BY_ERROR: Readonly<Record<string, RawProblem>> = {
  HPE_HEADER_OVERFLOW: { status: 431, reason: "Request Header Fields Too Large", code: "HEADERS_TOO_LARGE" },
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, reason: "Request Timeout", code: "REQUEST_TIMEOUT" },
};
const BAD_REQUEST: RawProblem = { status: 400, reason: "Bad Request", code: "INVALID_INPUT" };

/** Answers what is not HTTP, came too slowly or is too large, before any request exists; then hangs up. */
export function answerClientError(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const { status, reason, code } = BY_ERROR[error.code ?? ""] ?? BAD_REQUEST;
  const body = JSON.stringify({
    type: `urn:assay:problem:${code.toLowerCase().replaceAll("_", "-")}`,
    title: reason,
    status,
    code,
    detail: `${reason}.`,
  });
  const headers = { ...SECURITY_HEADERS, "Content-Type": PROBLEM_TYPE, "Content-Length": body.length };
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${reason}\r\nConnection: close\r\n${head.join("")}\r\n${body}`);
}
