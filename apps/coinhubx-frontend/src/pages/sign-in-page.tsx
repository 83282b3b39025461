import { PageTitle } from "@assay/page-kit/page-title.tsx";
import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { Problem } from "@assay/page-kit/request.ts";
import { Anchor, Button, Card, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { signIn } from "./exchange-api.ts";

export function SignInPage() {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const queries = useQueryClient();
  const navigate = useNavigate();
  const enter = useMutation({
    mutationFn: () => signIn({ email, password, ...(code === "" ? {} : { totp_code: code }) }),
    onSuccess: async () => {
      await queries.resetQueries();
      await navigate({ to: "/" });
    },
  });
  const wantsCode = code !== "" || (enter.error instanceof Problem && enter.error.code === "TOTP_REQUIRED");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    enter.mutate();
  };
  return (
    <Card withBorder maw={420} mx="auto" mt="xl" p="xl">
      <form onSubmit={submit}>
        <Stack>
          <PageTitle>Sign in</PageTitle>
          <TextInput
            label="E-mail"
            type="email"
            autoComplete="username"
            required
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
          />
          <PasswordInput
            label="Password"
            autoComplete="current-password"
            required
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          {wantsCode && (
            <TextInput
              label="Six-digit code from your authenticator"
              inputMode="numeric"
              autoComplete="one-time-code"
              autoFocus
              value={code}
              onChange={(event) => setCode(event.currentTarget.value.trim())}
            />
          )}
          {enter.error !== null &&
            !(enter.error instanceof Problem && enter.error.code === "TOTP_REQUIRED" && code === "") && (
              <ProblemNotice error={enter.error} />
            )}
          <Button type="submit" loading={enter.isPending}>
            Sign in
          </Button>
          <Text size="sm">
            New here?{" "}
            <Anchor component={Link} to="/register" underline="always">
              Register
            </Anchor>
          </Text>
        </Stack>
      </form>
    </Card>
  );
}
