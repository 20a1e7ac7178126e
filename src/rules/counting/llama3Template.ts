import type { ChatRequest, Message } from '../../model/ChatRequest.ts';
import type { TokenCount } from '../../model/TokenCount.ts';
import { addDocuments } from './addDocuments.ts';
import type { CountText } from './CountText.ts';
import { calledFunctions } from './calledFunctions.ts';
import { contentText } from './contentText.ts';
import { Tally } from './Tally.ts';

// All figures were found by comparing recorded requests with the `prompt_tokens` that Groq reported. The format itself
// is documented at https://www.llama.com/docs/model-cards-and-prompt-formats/llama3_1/.

/** The start of the text, and the header of the requested answer. */
const FRAME = 5;
/** The header of a message (a marker, the role, a marker, a blank line) and its end marker. */
const MESSAGE = 5;
/** The dates in the system message, which Llama 3.1 and later always have. */
const DATES = 20;
/** The instructions about tools, without the tools themselves. */
const TOOLS = { tokens: 137, each: 9, mustCall: 18, mustNotCall: 27 } as const;
/** A call without its function and arguments. */
const CALL = 8;
/** Groq's instructions about the format of the answer. */
const FORMAT = { json_object: 16, json_schema: 40 } as const;

/** Whether a model is a Llama 3, in any minor version. */
export function isLlama3(model: string): boolean {
  return /(^|\/)llama-?3[.-]/i.test(model);
}

/**
 * Counts the prompt that Groq builds from a request to a Llama 3 model: exactly for texts in any number of turns, and
 * within about 2 % with tools.
 *
 * @param count Counts the tokens of a text in the vocabulary of Llama 3.
 */
export function countLlama3Template(request: ChatRequest, count: CountText): TokenCount {
  const { model, messages, tools, tool_choice, response_format } = request;
  const tally = new Tally();
  tally.add(FRAME);
  const hasInstructions = messages.some(({ role }) => role === 'system' || role === 'developer');
  if (/llama-3\./i.test(model)) tally.add(DATES + (hasInstructions ? 0 : MESSAGE));

  for (const message of messages) {
    tally.add(MESSAGE + count(contentText(message.content, tally, count)));
    if (message.role === 'assistant') addAnswer(tally, message, count);
    if (message.role === 'tool' || message.role === 'function') tally.guess(0, 8);
    // Whether Groq writes the name of an author into the prompt is not known.
    else if (message.name !== undefined) tally.guess(0, count(message.name) + 2);
  }
  addDocuments(tally, request, count);

  if (tools?.length && tool_choice === 'none') tally.guess(TOOLS.mustNotCall, TOOLS.mustNotCall);
  else if (tools?.length) {
    const each = tools.reduce((tokens, tool) => tokens + count(JSON.stringify(tool)), 0);
    const forced = tool_choice === 'required' || (typeof tool_choice === 'object' && tool_choice !== null);
    const tokens = TOOLS.tokens + TOOLS.each * (tools.length - 1) + each + (forced ? TOOLS.mustCall : 0);
    tally.guess(tokens, 8 + 4 * tools.length + tokens / 20);
  }
  if (response_format?.type === 'json_object') tally.guess(FORMAT.json_object, 16);
  if (response_format?.type === 'json_schema') {
    const tokens = count(JSON.stringify(response_format.json_schema));
    tally.guess(FORMAT.json_schema + tokens, 32 + tokens);
  }
  return tally.total;
}

function addAnswer(tally: Tally, message: Extract<Message, { role: 'assistant' }>, count: CountText): void {
  for (const { name, arguments: json } of calledFunctions(message)) tally.guess(CALL + count(name) + count(json), 8);
  const { reasoning } = message;
  // Whether Groq writes earlier reasoning into the prompt is not known either.
  if (reasoning) tally.guess(0, MESSAGE + count(reasoning));
}
