import { GroqError } from './GroqError.ts';

/** Groq no longer serves the model. The request was not sent. */
export class ModelRetiredError extends GroqError {
  override readonly name = 'ModelRetiredError';
  readonly code = 'GROQ_ERR_MODEL_RETIRED';
  /** The model to use instead. */
  readonly replacement: string;

  constructor(model: string, { on, replacement }: { on?: string | undefined; replacement: string }) {
    super(`Groq no longer serves ${model}${on === undefined ? '' : ` (since ${on})`}.`, {
      model,
      advice: `Use ${replacement}, or set \`allowRetired\` to send the request anyway.`,
    });
    this.replacement = replacement;
  }
}
