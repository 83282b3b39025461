import { subscriptionAnswerSchema } from "@assay/operations/api/schema/status";
import { request } from "@assay/page-kit/request.ts";
import { type FormEvent, useState } from "react";

type Kind = "email" | "webhook";

/** Asks to be told of every update. */
export function SubscribeForm() {
  const [kind, setKind] = useState<Kind>("email");
  const [target, setTarget] = useState("");
  const [said, setSaid] = useState("");
  const [problem, setProblem] = useState("");
  const send = async (event: FormEvent) => {
    event.preventDefault();
    setSaid("");
    setProblem("");
    try {
      const body = { kind, target: target.trim() };
      const answer = await request("/api/status/subscriptions", {
        method: "POST",
        body,
        schema: subscriptionAnswerSchema,
      });
      setSaid(answer.message);
      setTarget("");
    } catch (error) {
      setProblem((error as Error).message);
    }
  };
  return (
    <section className="card subscribe">
      <h2>Be told of every update</h2>
      <form onSubmit={send}>
        <label>
          How
          <select value={kind} onChange={(event) => setKind(event.target.value as Kind)}>
            <option value="email">by e-mail</option>
            <option value="webhook">by webhook</option>
          </select>
        </label>
        <label>
          {kind === "email" ? "E-mail address" : "Address of your webhook"}
          <input
            type={kind === "email" ? "email" : "url"}
            required
            value={target}
            aria-describedby="subscribe-problem"
            aria-invalid={problem !== ""}
            onChange={(event) => setTarget(event.target.value)}
          />
        </label>
        <button type="submit">Subscribe</button>
      </form>
      <p id="subscribe-problem" className="problem">
        {problem}
      </p>
      <p role="status">{said}</p>
    </section>
  );
}
