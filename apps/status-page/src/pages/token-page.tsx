import { subscriptionEndSchema } from "@assay/operations/api/schema/status";
import { request } from "@assay/page-kit/request.ts";
import { useCallback, useEffect, useRef, useState } from "react";
import { Frame } from "./page.tsx";

const WORDS = {
  confirm: { title: "Confirm your subscription", path: "/api/status/subscriptions/confirm", button: "Confirm" },
  unsubscribe: { title: "End your subscription", path: "/api/status/subscriptions/end", button: "Try again" },
} as const;

/**
 * Where the links of messages lead. Leaving takes no further click. Joining takes one, since mail programs open links to
 * look at them.
 */
export function TokenPage({ does }: { readonly does: keyof typeof WORDS }) {
  const { title, path, button } = WORDS[does];
  const [said, setSaid] = useState("");
  const [problem, setProblem] = useState("");
  const send = useCallback(async () => {
    setProblem("");
    try {
      const token = new URLSearchParams(window.location.search).get("token") ?? "";
      const { message } = await request(path, { method: "POST", body: { token }, schema: subscriptionEndSchema });
      setSaid(message);
    } catch (error) {
      setProblem((error as Error).message);
    }
  }, [path]);
  const hasSent = useRef(false);
  useEffect(() => {
    if (does === "confirm" || hasSent.current) return;
    hasSent.current = true;
    void send();
  }, [does, send]);
  const offers = said === "" && (does === "confirm" || problem !== "");
  return (
    <Frame title={title}>
      <p role="status">{said}</p>
      <p className="problem" role="alert">
        {problem}
      </p>
      {offers && (
        <button type="button" onClick={send}>
          {button}
        </button>
      )}
    </Frame>
  );
}
