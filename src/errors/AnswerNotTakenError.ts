import { GroqError } from './GroqError.ts';

const LATE = [
  'The answer was not subscribed to when it was emitted, so its grant was given back.',
  'Flatten the answers with mergeAll() or mergeMap(), never with concatAll().',
] as const;

const SECOND = [
  'The answer was subscribed to a second time, but its grant covers only one request.',
  'Share it with share(), or retry with a job that passes the throttle again.',
] as const;

/**
 * An answer of `send` was not subscribed to synchronously, while it was emitted, so its grant was given back. Or it was
 * subscribed to a second time: its grant covers only one request.
 */
export class AnswerNotTakenError extends GroqError {
  override readonly name = 'AnswerNotTakenError';
  readonly code = 'GROQ_ERR_ANSWER_NOT_TAKEN';

  /** @param isSecond Whether it was subscribed to before. */
  constructor(model: string, isSecond = false) {
    const [message, advice] = isSecond ? SECOND : LATE;
    super(message, { model, advice });
  }
}
