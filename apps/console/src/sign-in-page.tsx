import { usePageName } from "@assay/page-kit/page-title.tsx";
import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { Button, Card, Center, PasswordInput, Stack, Tabs, Text, TextInput, Title } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { bootstrap, enrol, signIn } from "./session-api.ts";

/** Sign in, set up the very first person with the one-time code, or enrol with the code a colleague gave. */
export function SignInPage() {
  usePageName("Sign in");
  return (
    <Center mih="100vh" p="md" component="main">
      <Card withBorder w="100%" maw={440} p="xl">
        <Stack>
          <div>
            <Title order={1} size="h2">
              Assay
            </Title>
            <Text c="dimmed">The operations plane</Text>
          </div>
          <Tabs defaultValue="sign-in" keepMounted={false}>
            <Tabs.List mb="md">
              <Tabs.Tab value="sign-in">Sign in</Tabs.Tab>
              <Tabs.Tab value="enrol">I have a code</Tabs.Tab>
              <Tabs.Tab value="bootstrap">First start</Tabs.Tab>
            </Tabs.List>
            <Tabs.Panel value="sign-in">
              <SignInForm />
            </Tabs.Panel>
            <Tabs.Panel value="enrol">
              <EnrolForm />
            </Tabs.Panel>
            <Tabs.Panel value="bootstrap">
              <BootstrapForm />
            </Tabs.Panel>
          </Tabs>
        </Stack>
      </Card>
    </Center>
  );
}

function useEnter(enter: () => Promise<unknown>) {
  const queries = useQueryClient();
  const mutation = useMutation({ mutationFn: enter, onSuccess: () => queries.resetQueries() });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    mutation.mutate();
  };
  return { mutation, submit };
}

function SignInForm() {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [totp, setTotp] = useState("");
  const { mutation, submit } = useEnter(() => signIn({ email, password, ...(totp === "" ? {} : { totp }) }));
  return (
    <form onSubmit={submit}>
      <Stack>
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
        <TextInput
          label="Six-digit code"
          description="From your authenticator, once it is set up."
          inputMode="numeric"
          autoComplete="one-time-code"
          value={totp}
          onChange={(event) => setTotp(event.currentTarget.value.trim())}
        />
        <ProblemNotice error={mutation.error} />
        <Button type="submit" loading={mutation.isPending}>
          Sign in
        </Button>
      </Stack>
    </form>
  );
}

function EnrolForm() {
  const [code, setCode] = useState("");
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const { mutation, submit } = useEnter(async () => {
    await enrol({ code, password });
    await signIn({ email, password });
  });
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label="Enrolment code"
          autoComplete="off"
          required
          value={code}
          onChange={(event) => setCode(event.currentTarget.value.trim())}
        />
        <TextInput
          label="E-mail"
          type="email"
          autoComplete="username"
          required
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <NewPassword value={password} onChange={setPassword} />
        <ProblemNotice error={mutation.error} />
        <Button type="submit" loading={mutation.isPending}>
          Enrol
        </Button>
      </Stack>
    </form>
  );
}

function BootstrapForm() {
  const [code, setCode] = useState("");
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const { mutation, submit } = useEnter(async () => {
    await bootstrap({ code, email, name, password });
    await signIn({ email, password });
  });
  return (
    <form onSubmit={submit}>
      <Stack>
        <Text size="sm">
          The first start printed a one-time code. It makes you the first person here, and then it is used up.
        </Text>
        <TextInput
          label="One-time code"
          autoComplete="off"
          required
          value={code}
          onChange={(event) => setCode(event.currentTarget.value.trim())}
        />
        <TextInput
          label="Your name"
          autoComplete="name"
          required
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <TextInput
          label="E-mail"
          type="email"
          autoComplete="username"
          required
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <NewPassword value={password} onChange={setPassword} />
        <ProblemNotice error={mutation.error} />
        <Button type="submit" loading={mutation.isPending}>
          Begin
        </Button>
      </Stack>
    </form>
  );
}

function NewPassword({ value, onChange }: { readonly value: string; readonly onChange: (value: string) => void }) {
  return (
    <PasswordInput
      label="New password"
      description="At least 12 characters."
      autoComplete="new-password"
      required
      minLength={12}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
