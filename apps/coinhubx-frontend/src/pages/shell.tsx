import { ProblemNotice } from "@assay/page-kit/problem-notice.tsx";
import {
  Anchor,
  AppShell,
  Box,
  Button,
  Container,
  Group,
  Text,
  useComputedColorScheme,
  useMantineColorScheme,
} from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, Outlet, useRouterState } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { signOut, useSession } from "./exchange-api.ts";

const PAGES = [
  { to: "/trade/ETH-USDT", label: "Trade" },
  { to: "/balances", label: "Balances" },
  { to: "/security", label: "Security" },
] as const;

/** The frame of every page: name, places, who is signed in. */
export function Shell() {
  const path = useRouterState({ select: (state) => state.location.pathname });
  const main = useRef<HTMLElement>(null);
  // A new page starts at its heading for keyboard and screen reader too.
  const first = useRef(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the path is what changes
  useEffect(() => {
    if (!first.current) main.current?.focus();
    first.current = false;
  }, [path]);
  return (
    <AppShell header={{ height: { base: 96, sm: 56 } }} padding="md">
      <a className="skip" href="#main">
        Skip to the page
      </a>
      <AppShell.Header>
        <Header path={path} />
      </AppShell.Header>
      <AppShell.Main id="main" ref={main} tabIndex={-1} style={{ outline: "none" }}>
        <Container size={1480} px={0}>
          <Outlet />
        </Container>
      </AppShell.Main>
    </AppShell>
  );
}

function Header({ path }: { readonly path: string }) {
  return (
    <Group h="100%" px="md" gap="xs" justify="space-between" align="center">
      <Group gap="lg">
        <Anchor component={Link} to="/" fw={750} fz="lg" underline="never" c="inherit">
          CoinHubX
        </Anchor>
        <Group component="nav" aria-label="Pages" gap={4}>
          {PAGES.map(({ to, label }) => (
            <Button
              key={to}
              component={Link}
              to={to}
              size="compact-md"
              variant={path.startsWith(to.split("/").slice(0, 2).join("/")) ? "light" : "subtle"}
              color="gray"
              aria-current={path.startsWith(to) ? "page" : undefined}
            >
              {label}
            </Button>
          ))}
        </Group>
      </Group>
      <Group gap="xs">
        <SchemeButton />
        <Account />
      </Group>
    </Group>
  );
}

function SchemeButton() {
  const { setColorScheme } = useMantineColorScheme();
  const dark = useComputedColorScheme("light") === "dark";
  return (
    <Button
      variant="subtle"
      color="gray"
      size="compact-md"
      aria-label={dark ? "Use light colours" : "Use dark colours"}
      onClick={() => setColorScheme(dark ? "light" : "dark")}
    >
      {dark ? "☀" : "☾"}
    </Button>
  );
}

function Account() {
  const { data: customer } = useSession();
  const queries = useQueryClient();
  const leave = useMutation({ mutationFn: signOut, onSettled: () => queries.resetQueries() });
  if (customer === undefined) return null;
  if (customer === null) {
    return (
      <>
        <Button component={Link} to="/sign-in" size="compact-md" variant="default">
          Sign in
        </Button>
        <Button component={Link} to="/register" size="compact-md">
          Register
        </Button>
      </>
    );
  }
  return (
    <>
      <Text size="sm" c="dimmed" maw={180} truncate title={customer.email}>
        {customer.email}
      </Text>
      <Button size="compact-md" variant="default" loading={leave.isPending} onClick={() => leave.mutate()}>
        Sign out
      </Button>
    </>
  );
}

/** What a page shows instead of itself to somebody who is not signed in. */
export function SignedInOnly({ children }: { readonly children: React.ReactNode }) {
  const { data: customer, error, isPending } = useSession();
  if (isPending) return null;
  if (error !== null) return <ProblemNotice error={error} />;
  if (customer !== null) return children;
  return (
    <Box>
      <Text mb="sm">Sign in to see this page.</Text>
      <Button component={Link} to="/sign-in">
        Sign in
      </Button>
    </Box>
  );
}
