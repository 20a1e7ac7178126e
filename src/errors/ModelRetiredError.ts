import { GroqError } from './GroqError.ts';

/** The model is no longer served. Nothing was sent. */
export class ModelRetiredError extends GroqError {
  override readonly name = 'ModelRetiredError';
  readonly code = 'GROQ_ERR_MODEL_RETIRED';
  /** What to use instead. */
  readonly replacement: string;

  constructor(model: string, { on, replacement }: { on?: string | undefined; replacement: string }) {
    super(`Groq no longer serves ${model}${on === undefined ? '' : ` (since ${on})`}.`, {
      model,
      advice: `Use ${replacement}, or set \`allowRetired\` to send it all the same.`,
    });
    this.replacement = replacement;
  }
}
