/** The pages of the menu, in its order, each with the letter that follows `g` on the keyboard. */
export const PLACES = [
  { to: "/", label: "Overview", key: "o" },
  { to: "/incidents", label: "Incidents", key: "i" },
  { to: "/alerts", label: "Alerts", key: "a" },
  { to: "/on-call", label: "On-call", key: "c" },
  { to: "/quiet", label: "Quiet", key: "q" },
  { to: "/runbooks", label: "Runbooks", key: "r" },
  { to: "/danger-zone", label: "Danger Zone", key: "d" },
  { to: "/approvals", label: "Approvals", key: "p" },
  { to: "/systems", label: "Systems", key: "s" },
  { to: "/checklists", label: "Checklists", key: "l" },
  { to: "/reports", label: "Reports", key: "t" },
  { to: "/backups", label: "Backups", key: "b" },
  { to: "/status-page", label: "Status page", key: "w" },
  { to: "/audit", label: "Audit", key: "u" },
  { to: "/people", label: "People", key: "e" },
  { to: "/channels", label: "Channels", key: "h" },
] as const;

export type PlacePath = (typeof PLACES)[number]["to"];
