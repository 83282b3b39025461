import { PageTitle } from "@assay/page-kit/page-title.tsx";
import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { Anchor, Button, Card, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { register, signIn } from "./exchange-api.ts";

const SHORTEST_PASSWORD = 12;

export function RegisterPage() {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const queries = useQueryClient();
  const navigate = useNavigate();
  const enter = useMutation({
    mutationFn: async () => {
      await register({ email, password });
      await signIn({ email, password });
    },
    onSuccess: async () => {
      await queries.resetQueries();
      await navigate({ to: "/balances" });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    enter.mutate();
  };
  const missing = SHORTEST_PASSWORD - [...password].length;
  return (
    <Card withBorder maw={420} mx="auto" mt="xl" p="xl">
      <form onSubmit={submit}>
        <Stack>
          <PageTitle>Register</PageTitle>
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
            description={`At least ${SHORTEST_PASSWORD} characters; a few unusual words are good.`}
            autoComplete="new-password"
            required
            minLength={SHORTEST_PASSWORD}
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
            error={password !== "" && missing > 0 ? `${missing} more` : undefined}
          />
          <ProblemNotice error={enter.error} />
          <Button type="submit" loading={enter.isPending} disabled={missing > 0}>
            Register
          </Button>
          <Text size="sm">
            Registered already?{" "}
            <Anchor component={Link} to="/sign-in" underline="always">
              Sign in
            </Anchor>
          </Text>
        </Stack>
      </form>
    </Card>
  );
}
