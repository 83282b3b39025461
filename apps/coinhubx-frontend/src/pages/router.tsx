import { PAGE_STATES } from "@assay/page-kit/page-states.tsx";
import { createRootRoute, createRoute, createRouter, redirect } from "@tanstack/react-router";
import { BalancesPage } from "./balances-page.tsx";
import { RegisterPage } from "./register-page.tsx";
import { SecurityPage } from "./security-page.tsx";
import { Shell } from "./shell.tsx";
import { SignInPage } from "./sign-in-page.tsx";
import { TradePage } from "./trade-page.tsx";

const root = createRootRoute({ component: Shell });

const routes = [
  createRoute({
    getParentRoute: () => root,
    path: "/",
    beforeLoad: () => {
      throw redirect({ to: "/trade/$market", params: { market: "ETH-USDT" } });
    },
  }),
  createRoute({ getParentRoute: () => root, path: "/trade/$market", component: TradePage }),
  createRoute({ getParentRoute: () => root, path: "/balances", component: BalancesPage }),
  createRoute({ getParentRoute: () => root, path: "/security", component: SecurityPage }),
  createRoute({ getParentRoute: () => root, path: "/sign-in", component: SignInPage }),
  createRoute({ getParentRoute: () => root, path: "/register", component: RegisterPage }),
];

export const router = createRouter({ routeTree: root.addChildren(routes), defaultPreload: false, ...PAGE_STATES });

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
