import { Button, Stack, Text } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { ProblemNotice } from "./problem-notice.tsx";
import { Problem } from "./request.ts";
import { CodeField, EmailField, PasswordField } from "./sign-in-fields.tsx";

export interface Credentials {
  readonly email: string;
  readonly password: string;
  /** Undefined until the server asks for it. */
  readonly code: string | undefined;
}

interface SignInFormProps {
  readonly onSubmit: (credentials: Credentials) => void;
  readonly error: unknown;
  readonly isPending: boolean;
}

/** Address and password; the code of the authenticator once the server says that there is one. */
export function SignInForm({ onSubmit, error, isPending }: SignInFormProps) {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const isAsked = error instanceof Problem && error.code === "TOTP_REQUIRED" && code === "";
  const wantsCode = isAsked || code !== "" || (error instanceof Problem && error.code.endsWith("TOTP"));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSubmit({ email, password, code: code === "" ? undefined : code });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <EmailField value={email} onChange={setEmail} />
        <PasswordField value={password} onChange={setPassword} />
        {wantsCode && <CodeField value={code} onChange={setCode} autoFocus />}
        {isAsked ? (
          <Text size="sm" role="status">
            The password is right. Now the code that your authenticator shows.
          </Text>
        ) : (
          <ProblemNotice error={error} />
        )}
        <Button type="submit" loading={isPending}>
          Sign in
        </Button>
      </Stack>
    </form>
  );
}
