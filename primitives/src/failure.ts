export interface FailureOptions {
  /** Whether the same call may succeed later; retry loops ask nothing else. */
  readonly retryable: boolean;
  readonly cause?: unknown;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** The world broke: a dependency failed or answered nonsense. Thrown, and turned into a status only by `platform/http`. */
export class Failure extends Error {
  override readonly name = "Failure";
  readonly code: string;
  readonly retryable: boolean;
  readonly details: Readonly<Record<string, unknown>>;

  /** `code` is stable and upper-case, such as `DATABASE_UNAVAILABLE`. */
  constructor(code: string, options: FailureOptions) {
    super(code, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable;
    this.details = options.details ?? {};
  }
}

export function isRetryable(error: unknown): boolean {
  return error instanceof Failure && error.retryable;
}
