/** The content of a recorded stream. */
export interface RecordedAnswer {
  /** The data of its events, without `[DONE]`. */
  readonly chunks: readonly RecordedChunk[];
  readonly text: string;
  readonly reasoning: string;
  readonly toolCalls: readonly { index: number; id: string; name: string; arguments: string }[];
  readonly finishReason: string | undefined;
  readonly usage: unknown;
  readonly id: string | undefined;
  readonly model: string | undefined;
  /** The error within the stream, if any. */
  readonly error: RecordedError | undefined;
}

/** An error as Groq writes it. */
export interface RecordedError {
  readonly message: string;
  readonly type: string;
  readonly code?: string;
  readonly status_code?: number;
}

interface RecordedChunk {
  readonly id: string;
  readonly model: string;
  readonly choices: readonly {
    readonly delta: {
      readonly content?: string | null;
      readonly reasoning?: string;
      readonly tool_calls?: readonly { index: number; id: string; function: { name: string; arguments: string } }[];
    };
    readonly finish_reason: string | null;
  }[];
  readonly usage?: unknown;
  readonly x_groq?: { readonly usage?: unknown };
  readonly error?: RecordedError;
}

/**
 * Reads a recorded stream in the simplest way, as a reference: it only supports the events that Groq sends.
 */
export function readRecorded(sse: string): RecordedAnswer {
  const all = sse
    .split('\n\n')
    .flatMap((event) => /^data: (.*)$/m.exec(event)?.slice(1) ?? [])
    .filter((data) => data !== '[DONE]')
    .map((data) => JSON.parse(data) as RecordedChunk);
  const chunks = all.filter(({ error }) => error === undefined);
  const choices = chunks.flatMap((chunk) => chunk.choices);
  return {
    chunks,
    text: choices.map(({ delta }) => delta.content ?? '').join(''),
    reasoning: choices.map(({ delta }) => delta.reasoning ?? '').join(''),
    // Recorded calls are complete, each in one delta.
    toolCalls: choices
      .flatMap(({ delta }) => delta.tool_calls ?? [])
      .map(({ index, id, function: call }) => ({ index, id, name: call.name, arguments: call.arguments })),
    finishReason: choices.find(({ finish_reason }) => finish_reason !== null)?.finish_reason ?? undefined,
    usage: chunks.map(({ usage, x_groq }) => usage ?? x_groq?.usage).findLast((usage) => usage !== undefined),
    id: chunks[0]?.id,
    model: chunks[0]?.model,
    error: all.find(({ error }) => error !== undefined)?.error,
  };
}
