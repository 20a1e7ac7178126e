import { GroqError } from './GroqError.ts';

/** One place where the input is invalid. */
export interface ValidationIssue {
  /** The path, such as `messages[0].content`. Empty for the whole value. */
  readonly path: string;
  /** What is expected there. */
  readonly expected: string;
  /**
   * What was given: its type, or the value itself if it is a number, a boolean or a word where one of a set is
   * expected.
   */
  readonly got: string;
}

/** A request or an option is invalid. Nothing was sent. */
export class ValidationError extends GroqError {
  override readonly name = 'ValidationError';
  readonly code = 'GROQ_ERR_VALIDATION';
  readonly path: string;
  readonly expected: string;
  readonly got: string;
  /** All invalid places. The message names the first one. */
  readonly issues: readonly ValidationIssue[];

  constructor(
    subject: string,
    issues: readonly [ValidationIssue, ...ValidationIssue[]],
    advice?: string,
    options: ErrorOptions = {},
  ) {
    const [{ path, expected, got }] = issues;
    const where = path === '' ? subject : `${subject}: \`${path}\``;
    const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : '';
    super(`${where} must be ${expected}, got ${got}${more}.`, {
      ...options,
      advice: advice ?? `Correct ${path === '' ? 'it' : `\`${path}\``}; nothing was sent.`,
    });
    this.path = path;
    this.expected = expected;
    this.got = got;
    this.issues = issues;
  }
}
