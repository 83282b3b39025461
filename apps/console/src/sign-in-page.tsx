import { usePageName } from "@assay/page-kit/page-title.tsx";
import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import { EmailField, NewPasswordField } from "@assay/page-kit/sign-in-fields.tsx";
import { type Credentials, SignInForm } from "@assay/page-kit/sign-in-form.tsx";
import { Button, Card, Center, Stack, Tabs, Text, TextInput, Title } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { OtherWaysIn } from "./other-ways-in.tsx";
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
              <SignIn />
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

function SignIn() {
  const queries = useQueryClient();
  const enter = useMutation({
    mutationFn: ({ email, password, code }: Credentials) =>
      signIn({ email, password, ...(code === undefined ? {} : { totp: code }) }),
    onSuccess: () => queries.resetQueries(),
  });
  return (
    <Stack>
      <SignInForm onSubmit={enter.mutate} error={enter.error} isPending={enter.isPending} />
      <OtherWaysIn />
    </Stack>
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
        <OneTimeCodeField label="Enrolment code" value={code} onChange={setCode} />
        <EmailField value={email} onChange={setEmail} />
        <NewPasswordField value={password} onChange={setPassword} />
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
        <OneTimeCodeField label="One-time code" value={code} onChange={setCode} />
        <TextInput
          label="Your name"
          autoComplete="name"
          required
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <EmailField value={email} onChange={setEmail} />
        <NewPasswordField value={password} onChange={setPassword} />
        <ProblemNotice error={mutation.error} />
        <Button type="submit" loading={mutation.isPending}>
          Begin
        </Button>
      </Stack>
    </form>
  );
}

interface OneTimeCodeFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function OneTimeCodeField({ label, value, onChange }: OneTimeCodeFieldProps) {
  return (
    <TextInput
      label={label}
      autoComplete="off"
      required
      value={value}
      onChange={(event) => onChange(event.currentTarget.value.trim())}
    />
  );
}
