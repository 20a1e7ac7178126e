import type { ChatInput } from '../../model/ChatRequest.ts';
import { isObject } from '../isObject.ts';

/** Fields of messages and documents whose values the protocol gives, or which only name something. */
const NO_TEXTS: ReadonlySet<string> = new Set(['type', 'role', 'id', 'tool_call_id', 'detail']);

/** What has a `name` that is a function's and not somebody's. */
const FUNCTIONS: ReadonlySet<string> = new Set(['function', 'function_call']);

/** How deep is looked. What is deeper has no end that anybody would write. */
const MAX_DEPTH = 128;

type Visit = (text: string, key: string, parent: string) => void;

/**
 * What is said in a request by whoever makes it: its messages, with what their tools were called with and have given,
 * its documents, where it is to stop, and what its tools and its form of answer are described by. The names of models,
 * functions and fields are not: without them nobody understands an error.
 */
export function textsIn({ messages, documents, stop, tools, response_format }: Partial<ChatInput>): Set<string> {
  const texts = new Set<string>();
  const visitSaid: Visit = (text, key, parent) => {
    if (NO_TEXTS.has(key) || (key === 'name' && FUNCTIONS.has(parent))) return;
    texts.add(text);
    // What a tool is called with is repeated by its values, too.
    if (key === 'arguments') visitStrings(parsed(text), visitSaid);
  };
  visitStrings({ messages, documents, stop }, visitSaid);
  visitStrings({ tools, response_format }, (text, key) => {
    if (key === 'description') texts.add(text);
  });
  return texts;
}

/** Visits each string in a value, with the name of the field that holds it and of the one around that. */
function visitStrings(value: unknown, visit: Visit): void {
  const seen = new Set<unknown>();
  const look = (inner: unknown, depth: number, key: string, parent: string): void => {
    if (typeof inner === 'string') visit(inner, key, parent);
    // What goes in circles cannot be sent, and ends in an error, too.
    if (depth === MAX_DEPTH || typeof inner !== 'object' || inner === null || seen.has(inner)) return;
    seen.add(inner);
    if (Array.isArray(inner)) for (const each of inner as unknown[]) look(each, depth + 1, key, parent);
    else if (isObject(inner)) for (const [name, each] of Object.entries(inner)) look(each, depth + 1, name, key);
  };
  look(value, 0, '', '');
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};
