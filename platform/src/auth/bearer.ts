const BEARER = /^bearer +([\w.~+/=-]{1,8192})$/i;

/** The token of an `Authorization: Bearer …` header; `undefined` for anything else. */
export function bearerToken(headers: { readonly authorization?: string | undefined }): string | undefined {
  return BEARER.exec(headers.authorization ?? "")?.[1];
}
