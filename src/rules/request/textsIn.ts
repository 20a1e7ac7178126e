import type { ChatInput } from '../../model/ChatRequest.ts';
import { isObject } from '../isObject.ts';

/** The fields of a message that contain function calls. */
const CALLS: ReadonlySet<string> = new Set(['tool_calls', 'function_call']);

/** The fields of a message whose strings belong to the protocol. */
const NO_TEXTS: ReadonlySet<string> = new Set(['role', 'tool_call_id', ...CALLS]);

/** The maximum depth that is searched: more than anybody would write. */
const MAX_DEPTH = 128;

type Visit = (text: string, key: string) => void;

/**
 * The texts of a request that its author supplied: its messages, with the arguments and results of tool calls, its
 * documents, user, metadata and stop sequences, and the descriptions of its tools and response format. Names of models,
 * functions and fields are not included, nor ids of calls: errors cannot be understood without them.
 */
export function textsIn(request: Partial<ChatInput>): Set<string> {
  const { messages = [], documents, user, metadata, stop, tools, response_format } = request;
  const texts = new Set<string>();
  const add: Visit = (text) => {
    texts.add(text);
  };
  for (const message of messages) {
    const fields = Object.entries(message);
    visitStrings(Object.fromEntries(fields.filter(([name]) => !NO_TEXTS.has(name))), add);
    visitStrings(Object.fromEntries(fields.filter(([name]) => CALLS.has(name))), (text, key) => {
      if (key !== 'arguments') return;
      texts.add(text);
      // An error may repeat single values of the arguments, too.
      visitStrings(parsed(text), add);
    });
  }
  visitStrings({ documents, user, metadata, stop }, add);
  visitStrings({ tools, response_format }, (text, key) => {
    if (key === 'description') texts.add(text);
  });
  return texts;
}

/** Visits each string in a value, with the name of the field that holds it. */
function visitStrings(value: unknown, visit: Visit): void {
  const seen = new Set<unknown>();
  const look = (inner: unknown, depth: number, key: string): void => {
    if (typeof inner === 'string') visit(inner, key);
    // A circular value cannot be sent, but leads to an error, which is redacted too.
    if (depth === MAX_DEPTH || typeof inner !== 'object' || inner === null || seen.has(inner)) return;
    seen.add(inner);
    if (Array.isArray(inner)) for (const each of inner as unknown[]) look(each, depth + 1, key);
    else if (isObject(inner)) for (const [name, each] of Object.entries(inner)) look(each, depth + 1, name);
  };
  look(value, 0, '');
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};
