import { PageTitle } from "@assay/page-kit/page-title.tsx";
import { type Credentials, SignInForm } from "@assay/page-kit/sign-in-form.tsx";
import { Anchor, Card, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { signIn } from "./exchange-api.ts";

export function SignInPage() {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const enter = useMutation({
    mutationFn: ({ email, password, code }: Credentials) =>
      signIn({ email, password, ...(code === undefined ? {} : { totp_code: code }) }),
    onSuccess: async () => {
      await queries.resetQueries();
      await navigate({ to: "/" });
    },
  });
  return (
    <Card withBorder maw={420} mx="auto" mt="xl" p="xl">
      <Stack>
        <PageTitle>Sign in</PageTitle>
        <SignInForm onSubmit={enter.mutate} error={enter.error} isPending={enter.isPending} />
        <Text size="sm">
          New here?{" "}
          <Anchor component={Link} to="/register" underline="always">
            Register
          </Anchor>
        </Text>
      </Stack>
    </Card>
  );
}
