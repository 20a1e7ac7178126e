import type { ChatInput } from '../../model/ChatRequest.ts';
import { isObject } from '../isObject.ts';

/** The fields of a message that hold calls of functions. */
const CALLS: ReadonlySet<string> = new Set(['tool_calls', 'function_call']);

/** The fields of a message whose strings belong to the protocol. */
const NO_TEXTS: ReadonlySet<string> = new Set(['role', 'tool_call_id', ...CALLS]);

/** How deep is looked. What is deeper has no end that anybody would write. */
const MAX_DEPTH = 128;

type Visit = (text: string, key: string) => void;

/**
 * What is said in a request by whoever makes it: its messages, with what their tools were called with and have given,
 * its documents, its user, where it is to stop, and what its tools and its form of answer are described by. The names of
 * models, functions and fields are not, nor the ids of calls: without them nobody understands an error.
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
      // What a tool is called with is repeated by its values, too.
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
    // What goes in circles cannot be sent, and ends in an error, too.
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
