/** What one error code means to a client: its HTTP status, and whether trying again unchanged can help. */
export interface ErrorDefinition {
  readonly status: number;
  readonly retryable: boolean;
  /** Short, the same for every occurrence (RFC 9457 `title`). */
  readonly title: string;
}

interface AppErrorOptions {
  readonly cause?: unknown;
  /** Machine-readable extra members of the problem, such as `{ field: "target_lesson_count" }`. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** An expected failure. Its message is a sentence for the person who caused it and says what to do. */
export class AppError extends Error {
  readonly code: string;
  readonly status: number;
  readonly retryable: boolean;
  readonly title: string;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: string, definition: ErrorDefinition, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "AppError";
    this.code = code;
    this.status = definition.status;
    this.retryable = definition.retryable;
    this.title = definition.title;
    this.details = options.details ?? {};
  }
}

export interface ErrorTable<Code extends string> {
  readonly definitions: Readonly<Record<Code, ErrorDefinition>>;
  /** Makes the error; the caller throws it. */
  create(code: Code, message: string, options?: AppErrorOptions): AppError;
}

/** One table per module: every code the module can answer with. The errors reference page is made from it. */
export function defineErrors<Code extends string>(
  definitions: Readonly<Record<Code, ErrorDefinition>>,
): ErrorTable<Code> {
  return {
    definitions,
    create: (code, message, options) => new AppError(code, definitions[code], message, options),
  };
}
