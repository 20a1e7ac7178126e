import { GroqError } from './GroqError.ts';

/**
 * An answer of `send` was not subscribed to synchronously, while it was emitted, so its grant was given back. Or it was
 * subscribed to a second time: its grant covers only one request.
 */
export class AnswerNotTakenError extends GroqError {
  override readonly name = 'AnswerNotTakenError';
  readonly code = 'GROQ_ERR_ANSWER_NOT_TAKEN';

  constructor(model: string) {
    super('The answer was not subscribed to when it was emitted, so its grant was given back.', {
      model,
      advice: 'Flatten the answers with mergeAll() or mergeMap(), never with concatAll().',
    });
  }
}
