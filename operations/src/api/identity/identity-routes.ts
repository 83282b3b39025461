import type { Route } from "@assay/platform/http/route";
import type { Identity } from "../../identity/identity.ts";
import type { Principal } from "../../identity/principal.ts";
import { apiKeyRoutes } from "./api-keys.ts";
import { bootstrapRoute, enrolRoute } from "./bootstrap.ts";
import { ownAccountRoutes } from "./own-account.ts";
import { passkeyRoutes } from "./passkeys.ts";
import { peopleRoutes } from "./people.ts";
import { providerRoutes } from "./provider.ts";
import { sessionRoutes } from "./session.ts";
import { tokenRoutes } from "./tokens.ts";

export function identityRoutes(options: {
  readonly identity: Identity;
  readonly bootstrapPath: string;
}): Route<Principal>[] {
  const { identity, bootstrapPath } = options;
  return [
    bootstrapRoute(identity, bootstrapPath),
    enrolRoute(identity),
    ...sessionRoutes(identity),
    ...providerRoutes(identity),
    ...ownAccountRoutes(identity),
    ...passkeyRoutes(identity),
    ...apiKeyRoutes(identity.apiKeys, () => identity.now()),
    ...peopleRoutes(identity),
    ...tokenRoutes(identity),
  ];
}
