import { Awaited } from "@assay/page-kit/awaited.tsx";
import { SchemeButton } from "@assay/page-kit/scheme-button.tsx";
import { WallClock } from "@assay/page-kit/time.tsx";
import { Anchor, AppShell, Box, Button, Container, Group, Menu, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, Outlet, useRouterState } from "@tanstack/react-router";
import { type ReactNode, useEffect, useRef } from "react";
import { signOut, useSession } from "./exchange-api.ts";
import { StatusBanners } from "./status-banners.tsx";

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
    <AppShell header={{ height: { base: 88, sm: 48 } }} padding={{ base: "xs", sm: "md" }}>
      <a className="skip" href="#main">
        Skip to the page
      </a>
      <AppShell.Header>
        <Header path={path} />
      </AppShell.Header>
      <AppShell.Main id="main" ref={main} tabIndex={-1} style={{ outline: "none" }}>
        <Container size={1480} px={0}>
          <StatusBanners />
          <Outlet />
        </Container>
      </AppShell.Main>
    </AppShell>
  );
}

// One row where there is room, else the places go below the name.
function Header({ path }: { readonly path: string }) {
  return (
    <Box px="md">
      <Group h={48} justify="space-between" wrap="nowrap">
        <Group gap="lg" wrap="nowrap">
          <Anchor component={Link} to="/" fw={750} fz="lg" underline="never" c="inherit">
            CoinHubX
          </Anchor>
          <Box visibleFrom="sm">
            <Places path={path} />
          </Box>
        </Group>
        <Group gap="xs" wrap="nowrap">
          <Box visibleFrom="md">
            <WallClock />
          </Box>
          <SchemeButton />
          <Account />
        </Group>
      </Group>
      <Box hiddenFrom="sm">
        <Places path={path} />
      </Box>
    </Box>
  );
}

function Places({ path }: { readonly path: string }) {
  return (
    <Group component="nav" aria-label="Pages" gap={4} wrap="nowrap">
      {PAGES.map(({ to, label }) => {
        const current = path.startsWith(to.split("/").slice(0, 2).join("/"));
        return (
          <Button
            key={to}
            component={Link}
            to={to}
            size="compact-sm"
            variant={current ? "light" : "subtle"}
            color={current ? "assay" : "gray"}
            aria-current={current ? "page" : undefined}
          >
            {label}
          </Button>
        );
      })}
    </Group>
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
        <Button component={Link} to="/sign-in" size="compact-sm" variant="default">
          Sign in
        </Button>
        <Button component={Link} to="/register" size="compact-sm">
          Register
        </Button>
      </>
    );
  }
  return (
    <Menu position="bottom-end" width={200}>
      <Menu.Target>
        <Button variant="default" size="compact-sm" maw={170} loading={leave.isPending}>
          <Text span truncate inherit>
            {customer.email}
          </Text>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item component={Link} to="/security">
          Security
        </Menu.Item>
        <Menu.Item onClick={() => leave.mutate()}>Sign out</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

/** What a page shows instead of itself to somebody who is not signed in. */
export function SignedInOnly({ children }: { readonly children: ReactNode }) {
  return (
    <Awaited of={useSession()} what="your session">
      {(customer) =>
        customer === null ? (
          <Box>
            <Text mb="sm">Sign in to see this page.</Text>
            <Button component={Link} to="/sign-in">
              Sign in
            </Button>
          </Box>
        ) : (
          children
        )
      }
    </Awaited>
  );
}
