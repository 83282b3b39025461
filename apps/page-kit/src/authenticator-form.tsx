import { Button, Code, Stack, Text } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { ProblemNotice } from "./problem-notice.tsx";
import { CodeField } from "./sign-in-fields.tsx";

interface AuthenticatorFormProps {
  /** The QR code as SVG. */
  readonly qrCode: string;
  /** The same key to type. */
  readonly secret: string;
  readonly onCode: (code: string) => void;
  readonly error: unknown;
  readonly isPending: boolean;
}

/** Shows an authenticator's new key, and turns it on with the first code that it makes. */
export function AuthenticatorForm({ qrCode, secret, onCode, error, isPending }: AuthenticatorFormProps) {
  const [code, setCode] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onCode(code);
  };
  return (
    <form onSubmit={submit}>
      <Stack align="flex-start">
        <Text>Scan this with your authenticator, or type the key, then enter the code it shows.</Text>
        <img
          src={`data:image/svg+xml,${encodeURIComponent(qrCode)}`}
          width={200}
          height={200}
          alt="QR code of the authenticator key"
          style={{ background: "#fff" }}
        />
        <Code data-testid="totp-secret">{secret}</Code>
        <CodeField value={code} onChange={setCode} required />
        <ProblemNotice error={error} />
        <Button type="submit" loading={isPending}>
          Turn it on
        </Button>
      </Stack>
    </form>
  );
}
