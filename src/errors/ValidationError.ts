import { GroqError } from './GroqError.ts';

/** One place where the input is invalid. */
export interface ValidationIssue {
  /** Where, as in `messages[0].content`. Empty for the whole. */
  readonly path: string;
  /** What is allowed there. */
  readonly expected: string;
  /** What stands there: its type, or the value itself when it is a number, a boolean or one of a set of words. */
  readonly got: string;
}

/** A request or an option is invalid. Nothing was sent. */
export class ValidationError extends GroqError {
  override readonly name = 'ValidationError';
  readonly code = 'GROQ_ERR_VALIDATION';
  readonly path: string;
  readonly expected: string;
  readonly got: string;
  /** Every place that is wrong, the first of which the message names. */
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
