import { PageTitle } from "@assay/page-kit/page-title.tsx";
import { Stack, Text } from "@mantine/core";
import { ApiKeysCard } from "./api-keys-card.tsx";
import { ContactsCard } from "./contacts-card.tsx";
import { PasskeysCard } from "./passkeys-card.tsx";
import { ProviderCard } from "./provider-card.tsx";
import { SecondFactorCard } from "./second-factor-card.tsx";
import { useSession } from "./session-api.ts";
import { SessionsCard } from "./sessions-card.tsx";

/** One's own second factors, contact methods, sessions and keys. */
export function MePage() {
  const session = useSession();
  if (session == null) return null;
  const { person } = session;
  return (
    <Stack maw={860}>
      <PageTitle>{person.name}</PageTitle>
      <Text>
        {person.email}: {person.roles.join(", ")}
      </Text>
      <SecondFactorCard person={person} />
      <PasskeysCard person={person} />
      <ProviderCard />
      <ContactsCard person={person} />
      <SessionsCard />
      <ApiKeysCard of={person.id} />
    </Stack>
  );
}
