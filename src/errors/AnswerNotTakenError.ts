import { GroqError } from './GroqError.ts';

/**
 * An answer of `send` was not subscribed to in the call that emitted it, so its grant was given back. Or it was
 * subscribed to a second time: its grant pays for one request.
 */
export class AnswerNotTakenError extends GroqError {
  override readonly name = 'AnswerNotTakenError';
  readonly code = 'GROQ_ERR_ANSWER_NOT_TAKEN';

  constructor(model: string) {
    super('The answer was not subscribed to when it was emitted, and its place was given back.', {
      model,
      advice: 'Flatten the answers with mergeAll() or mergeMap(), never with concatAll().',
    });
  }
}
