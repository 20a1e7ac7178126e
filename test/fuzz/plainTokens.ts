import { plainEvents } from './plainEvents.ts';

/** The content of an answer, and how it ended. */
export interface Said {
  readonly text: string;
  readonly reasoning: string;
  readonly finish: string | undefined;
  readonly usage: unknown;
  /** Whether it is a complete answer. */
  readonly whole: boolean;
}

type Loose = Record<string, unknown> | null | undefined;

/** Reads a whole answer in the simplest way: all its events, with `JSON.parse` for each. */
export function plainTokens(bytes: Uint8Array): Said {
  let text = '';
  let reasoning = '';
  let finish: string | undefined;
  let usage: unknown;
  for (const { data } of plainEvents(bytes)) {
    if (data === '[DONE]') return { text, reasoning, finish: finish ?? 'unknown', usage, whole: true };
    const chunk = parse(data);
    const choices = chunk?.['choices'];
    const broken = chunk === undefined || !Array.isArray(choices) || chunk['error'] !== undefined;
    if (broken) return { text, reasoning, finish, usage, whole: finish !== undefined };
    const choice = (choices as Loose[]).find((one) => one?.['index'] === 0);
    const delta = choice?.['delta'] as Loose;
    if (typeof delta?.['reasoning'] === 'string') reasoning += delta['reasoning'];
    if (typeof delta?.['content'] === 'string') text += delta['content'];
    usage = chunk['usage'] ?? usage;
    const reason = choice?.['finish_reason'];
    if (typeof reason === 'string' && reason !== '') finish = reason;
    if (finish !== undefined && usage !== undefined) break;
  }
  return { text, reasoning, finish, usage, whole: finish !== undefined };
}

function parse(data: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(data);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
