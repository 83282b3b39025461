export { paramWords } from "@assay/operations/api/schema/param-words";

/** The same from a terminal: `npm run assay -- …`, each word quoted so that a shell gives it on unchanged. */
export function assayCommand(...words: readonly string[]): string {
  return ["npm run assay --", ...words.map(quote)].join(" ");
}

function quote(word: string): string {
  return /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
