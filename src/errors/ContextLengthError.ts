import { GroqError, type GroqErrorOptions } from './GroqError.ts';

/**
 * Which limit a request exceeds: the context window of its model, the longest completion that its model writes, or the
 * number of tokens that a conversation was to be trimmed to.
 */
export type LengthLimit = 'context' | 'output' | 'trim';

/** The figures of a {@link ContextLengthError}, in tokens. */
export interface Lengths {
  readonly limitOf: LengthLimit;
  readonly limit: number;
  readonly promptTokens: number;
  readonly outputTokens: number;
}

/** A request is longer than its model can take, or than it may be. It was not sent. */
export class ContextLengthError extends GroqError {
  override readonly name = 'ContextLengthError';
  readonly code = 'GROQ_ERR_CONTEXT_LENGTH';
  readonly limitOf: LengthLimit;
  /** How many tokens are allowed. */
  readonly limit: number;
  /** How many tokens the prompt has at least; after trimming, those of the messages that have to stay. */
  readonly promptTokens: number;
  /** How many tokens of completion have to fit beside it: what `max_completion_tokens` says, or 1. */
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
  context: 'Shorten the messages, as `trimTo` does, or lower max_completion_tokens.',
  output: 'Lower max_completion_tokens.',
  trim: 'Allow more tokens, or shorten the instructions, the tools or the last message.',
};

function message({ limitOf, limit, promptTokens, outputTokens }: Lengths, model = 'the model'): string {
  const [most, prompt, output] = [limit, promptTokens, outputTokens].map((tokens) => tokens.toLocaleString('en'));
  switch (limitOf) {
    case 'context':
      return `The prompt has ${prompt} tokens or more and ${output} are to be left for the answer, and the context window of ${model} is ${most}.`;
    case 'output':
      return `The request allows ${output} tokens for the answer, and answers of ${model} have ${most} at the most.`;
    case 'trim':
      return `What has to stay of the conversation has ${prompt} tokens, and it was to be trimmed to ${most}.`;
  }
}
