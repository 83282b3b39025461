/** What a command's end means to a script; the same for every command. */
export const EXIT = {
  ok: 0,
  /** It ran, and the answer is no. */
  failed: 1,
  /** It was called in a way that makes no sense. */
  usage: 2,
  /** What it talks to could not be reached. */
  unreachable: 3,
  /** `EX_CONFIG`: settings must be changed first. */
  configuration: 78,
  /** Ended by Ctrl-C. */
  interrupted: 130,
} as const;

export type ExitCode = number;
