import type { Adapter, AdapterPayload } from "oidc-provider";

/** What a test's provider remembers, by the kind of thing and its id; it forgets all with the provider. */
export function oidcMemory(): (kind: string) => Adapter {
  const kinds = new Map<string, Map<string, AdapterPayload>>();
  return (kind) => {
    const known = kinds.get(kind) ?? new Map<string, AdapterPayload>();
    kinds.set(kind, known);
    const findBy = (matches: (payload: AdapterPayload) => boolean) => [...known.values()].find(matches);
    return {
      upsert: async (id, payload) => void known.set(id, payload),
      find: async (id) => known.get(id),
      findByUid: async (uid) => findBy((payload) => payload.uid === uid),
      findByUserCode: async (code) => findBy((payload) => payload.userCode === code),
      consume: async (id) => {
        const payload = known.get(id);
        // Any truthy value says that it was used; the provider asks nothing more of it.
        if (payload !== undefined) known.set(id, { ...payload, consumed: 1 });
      },
      destroy: async (id) => void known.delete(id),
      revokeByGrantId: async (grantId) => {
        for (const [id, payload] of known) if (payload.grantId === grantId) known.delete(id);
      },
    };
  };
}
