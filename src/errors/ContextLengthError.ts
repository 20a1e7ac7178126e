import { GroqError, type GroqErrorOptions } from './GroqError.ts';

/**
 * The limit that a request exceeds: the context window of its model (`context`), the longest completion of its model
 * (`output`), or the maximum that a conversation was to be trimmed to (`trim`).
 */
export type LengthLimit = 'context' | 'output' | 'trim';

/** The figures of a {@link ContextLengthError}, in tokens. */
export interface Lengths {
  readonly limitOf: LengthLimit;
  readonly limit: number;
  readonly promptTokens: number;
  readonly outputTokens: number;
}

/** A request is too long for its model, or for the maximum to trim to. It was not sent. */
export class ContextLengthError extends GroqError {
  override readonly name = 'ContextLengthError';
  readonly code = 'GROQ_ERR_CONTEXT_LENGTH';
  readonly limitOf: LengthLimit;
  /** The maximum number of tokens. */
  readonly limit: number;
  /** The minimum number of tokens of the prompt; for `trim`, the tokens of the messages that must stay. */
  readonly promptTokens: number;
  /** The number of completion tokens that must fit too: `max_completion_tokens`, or 1. */
  readonly outputTokens: number;

  constructor(lengths: Lengths, options: Omit<GroqErrorOptions, 'advice'> = {}) {
    super(message(lengths, options.model), { ...options, advice: ADVICE[lengths.limitOf] });
    this.limitOf = lengths.limitOf;
    this.limit = lengths.limit;
    this.promptTokens = lengths.promptTokens;
    this.outputTokens = lengths.outputTokens;
  }
}

const ADVICE: Readonly<Record<LengthLimit, string>> = {
  context: 'Shorten the messages, for example with `trimTo`, or lower max_completion_tokens.',
  output: 'Lower max_completion_tokens.',
  trim: 'Allow more tokens, or shorten the instructions, the tools or the last message.',
};

function message({ limitOf, limit, promptTokens, outputTokens }: Lengths, model = 'the model'): string {
  const [most, prompt, output] = [limit, promptTokens, outputTokens].map((tokens) => tokens.toLocaleString('en'));
  switch (limitOf) {
    case 'context':
      return `The prompt has at least ${prompt} tokens and the answer needs ${output}, but the context window of ${model} is ${most}.`;
    case 'output':
      return `The request allows ${output} tokens for the answer, but the maximum of ${model} is ${most}.`;
    case 'trim':
      return `The messages that must stay have ${prompt} tokens, but the conversation was to be trimmed to ${most}.`;
  }
}
