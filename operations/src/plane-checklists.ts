import { type ChecklistDeclaration, checklistSchema } from "./manifest/checklist.ts";

/** What people who run the plane do again and again, whatever systems it watches. */
export const PLANE_CHECKLISTS: readonly ChecklistDeclaration[] = [
  checklistSchema.parse({
    name: "weekly-plane-review",
    title: "Weekly review of the operations plane",
    timeZone: "UTC",
    every: "week",
    weekday: 1,
    opensAt: "08:00",
    dueAt: "17:00",
    severity: "warning",
    source: "operations.md §4 and §5",
    items: [
      { id: "on-call", title: "Everybody on call in the coming week knows it and can be reached", note: "optional" },
      { id: "action-items", title: "Every open action item of an incident has an owner and a date that holds" },
      { id: "break-glass", title: "Every use of the one-person emergency door was reviewed" },
      {
        id: "access",
        title: "Nobody has access who should not: people, roles and API keys were read",
        note: "required",
      },
      { id: "silences", title: "Every silence and maintenance window still has a reason" },
    ],
  }),
];
