import { PAGE_STATES } from "@assay/page-kit/page-states.tsx";
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";
import { z } from "zod";
import { OverviewPage } from "./overview-page.tsx";
import { Shell } from "./shell.tsx";

// Each page comes when it is first asked for; the frame and the overview are what must be quick.
const root = createRootRoute({ component: Shell });
const at = <const Path extends string>(path: Path, component: ReturnType<typeof lazyRouteComponent>) =>
  createRoute({ getParentRoute: () => root, path, component });

const routes = [
  // Whoever opens the console looks here first: its code comes with the frame, not a round trip later.
  createRoute({ getParentRoute: () => root, path: "/", component: OverviewPage }),
  at(
    "/incidents",
    lazyRouteComponent(() => import("./incidents-page.tsx"), "IncidentsPage"),
  ),
  at(
    "/incidents/$id",
    lazyRouteComponent(() => import("./incident-page.tsx"), "IncidentPage"),
  ),
  at(
    "/incidents/$id/post-mortem",
    lazyRouteComponent(() => import("./post-mortem-page.tsx"), "PostMortemPage"),
  ),
  at(
    "/status-page",
    lazyRouteComponent(() => import("./status-editor-page.tsx"), "StatusEditorPage"),
  ),
  at(
    "/alerts/$id",
    lazyRouteComponent(() => import("./alert-page.tsx"), "AlertPage"),
  ),
  createRoute({
    getParentRoute: () => root,
    path: "/alerts",
    component: lazyRouteComponent(() => import("./alerts-page.tsx"), "AlertsPage"),
    validateSearch: z.object({
      state: z.enum(["current", "firing", "pending", "resolved", "all"]).optional().catch(undefined),
      severity: z.enum(["info", "warning", "high", "critical"]).optional().catch(undefined),
      system: z.string().optional().catch(undefined),
      view: z.enum(["list", "groups"]).optional().catch(undefined),
    }),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/quiet",
    component: lazyRouteComponent(() => import("./quiet-page.tsx"), "QuietPage"),
    validateSearch: z.object({
      system: z.string().optional().catch(undefined),
      name: z.string().optional().catch(undefined),
    }),
  }),
  at(
    "/channels",
    lazyRouteComponent(() => import("./channels-page.tsx"), "ChannelsPage"),
  ),
  createRoute({
    getParentRoute: () => root,
    path: "/runbooks",
    component: lazyRouteComponent(() => import("./runbooks-page.tsx"), "RunbooksPage"),
    validateSearch: z.object({
      system: z.string().optional(),
      severity: z.string().optional(),
      about: z.string().optional(),
    }),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/runbooks/$id",
    component: lazyRouteComponent(() => import("./runbook-page.tsx"), "RunbookPage"),
    validateSearch: z.object({
      incident: z.string().optional(),
      system: z.string().optional(),
      version: z.string().optional(),
    }),
  }),
  at(
    "/runs/$id",
    lazyRouteComponent(() => import("./run-page.tsx"), "RunPage"),
  ),
  at(
    "/danger-zone",
    lazyRouteComponent(() => import("./danger-page.tsx"), "DangerPage"),
  ),
  at(
    "/approvals",
    lazyRouteComponent(() => import("./approvals-page.tsx"), "ApprovalsPage"),
  ),
  at(
    "/approvals/$id",
    lazyRouteComponent(() => import("./approvals-page.tsx"), "ApprovalPage"),
  ),
  at(
    "/systems",
    lazyRouteComponent(() => import("./systems-page.tsx"), "SystemsPage"),
  ),
  at(
    "/systems/$id",
    lazyRouteComponent(() => import("./system-page.tsx"), "SystemPage"),
  ),
  at(
    "/checklists",
    lazyRouteComponent(() => import("./checklists-page.tsx"), "ChecklistsPage"),
  ),
  at(
    "/checklists/$id",
    lazyRouteComponent(() => import("./checklist-round-page.tsx"), "ChecklistRoundPage"),
  ),
  at(
    "/reports",
    lazyRouteComponent(() => import("./reports-page.tsx"), "ReportsPage"),
  ),
  at(
    "/reports/$id",
    lazyRouteComponent(() => import("./report-page.tsx"), "ReportPage"),
  ),
  at(
    "/backups",
    lazyRouteComponent(() => import("./backups-page.tsx"), "BackupsPage"),
  ),
  at(
    "/audit",
    lazyRouteComponent(() => import("./audit-page.tsx"), "AuditPage"),
  ),
  at(
    "/people",
    lazyRouteComponent(() => import("./people-page.tsx"), "PeoplePage"),
  ),
  at(
    "/on-call",
    lazyRouteComponent(() => import("./on-call-page.tsx"), "OnCallPage"),
  ),
  at(
    "/on-call/schedules/$id",
    lazyRouteComponent(() => import("./schedule-page.tsx"), "SchedulePage"),
  ),
  at(
    "/on-call/policies/$id",
    lazyRouteComponent(() => import("./policy-page.tsx"), "PolicyPage"),
  ),
  at(
    "/on-call/pages/$id",
    lazyRouteComponent(() => import("./called-page.tsx"), "CalledPage"),
  ),
  at(
    "/me",
    lazyRouteComponent(() => import("./me-page.tsx"), "MePage"),
  ),
] as const;

export const router = createRouter({ routeTree: root.addChildren(routes), defaultPreload: false, ...PAGE_STATES });

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
