import type { ActionCatalogue, CatalogueAction } from "./action-catalogue.ts";

/** The systems' actions with the plane's own beside them. A system cannot take the place of one of these. */
export function withOwnActions(systems: ActionCatalogue, own: readonly CatalogueAction[]): ActionCatalogue {
  const names = new Set(own.map(({ description }) => description.name));
  const list = () => [...systems.list().filter(({ description }) => !names.has(description.name)), ...own];
  return {
    list,
    find: (action) => own.find(({ description }) => description.name === action) ?? systems.find(action),
  };
}
