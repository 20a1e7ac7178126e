import type { ChatRequest } from '../../../model/ChatRequest.ts';
import type { CountText } from '../CountText.ts';
import { contentText } from '../contentText.ts';
import type { Tally } from '../Tally.ts';
import { type FunctionTool, functionsSection, isFunctionTool } from './functionsSection.ts';

/** The tokens of `additionalProperties: false` in versions of the template that include it. */
export const CLOSED_OBJECT = 6;
/** The addition to the system message if there are functions. */
const CHANNEL_OF_FUNCTIONS = 14;
/** A built-in tool of Groq, such as `browser_search`. Not recorded: the length in OpenAI's documentation. */
const BUILT_IN_TOOL = { tokens: 350, uncertainty: 1_000 } as const;
/** Groq's instructions about the format of the answer. */
const FORMAT = { json_object: 28, json_schema: 38 } as const;
/** An addition to the format if the request has no instructions. */
const FORMAT_ALONE = 13;

/**
 * Builds the developer message: the caller's instructions, the functions and the format of the answer. Tallies the
 * tokens that these add elsewhere.
 */
export function developerMessage(
  { messages, tools, tool_choice, response_format }: ChatRequest,
  tally: Tally,
  count: CountText,
  closedObjectTokens: number,
): string {
  const sections: string[] = [];
  const instructions = messages.filter(({ role }) => role === 'system' || role === 'developer');
  if (instructions.length > 0) {
    sections.push('# Instructions', ...instructions.map(({ content }) => contentText(content, tally, count)));
    // No requests with instructions in other places were recorded.
    const atStart = instructions.length === 1 && messages[0] === instructions[0];
    if (!atStart) tally.guess(0, 8 * instructions.length);
  }

  const functions = (tools ?? []).filter(isFunctionTool);
  const builtIn = (tools ?? []).length - functions.length;
  if (builtIn > 0) tally.guess(builtIn * BUILT_IN_TOOL.tokens, builtIn * BUILT_IN_TOOL.uncertainty);
  if (functions.length > 0) {
    const section = functionsSection(functions);
    const { closed, uncertainty } = doubtsOf(functions, section, count);
    if (tool_choice === 'none') {
      // For other models Groq leaves out functions that must not be called; for gpt-oss this was not recorded.
      tally.guess(0, CHANNEL_OF_FUNCTIONS + count(section) + uncertainty + CLOSED_OBJECT * closed);
    } else {
      sections.push(section);
      tally.guess(
        CHANNEL_OF_FUNCTIONS + closedObjectTokens * closed,
        uncertainty + (CLOSED_OBJECT - closedObjectTokens) * closed,
      );
    }
  }

  if (response_format?.type === 'json_schema') {
    const { name, description, schema = {} } = response_format.json_schema;
    const json = JSON.stringify(schema);
    const comment = description === undefined ? '' : `// ${description}\n`;
    sections.push('# Response Formats', `## ${name}`, `${comment}${json}`);
    tally.guess(FORMAT.json_schema, 16 + count(json) / 2);
  } else if (response_format?.type === 'json_object') {
    tally.guess(FORMAT.json_object, 16);
  }
  if (response_format && response_format.type !== 'text' && instructions.length === 0) tally.guess(FORMAT_ALONE, 8);
  return sections.join('\n\n');
}

/** The number of closed objects in the functions, and how much longer their real section may be than the given one. */
function doubtsOf(
  functions: readonly FunctionTool[],
  section: string,
  count: CountText,
): { closed: number; uncertainty: number } {
  const json = JSON.stringify(functions);
  const closed = json.split('"additionalProperties":false').length - 1;
  // The format of nested schemas was not recorded, but is hardly longer than their JSON.
  const isUnusual = /"(oneOf|anyOf|allOf|\$ref|items|const|default|title|examples|nullable)":/.test(json);
  const isNested = json.split('"properties":').length - 1 > functions.length;
  const excess = isUnusual || isNested ? Math.max(0, count(json) - count(section)) : 0;
  return { closed, uncertainty: 8 + 2 * functions.length + excess };
}
