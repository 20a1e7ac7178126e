import type { ChatRequest } from '../../../model/ChatRequest.ts';
import type { CountText } from '../CountText.ts';
import { contentText } from '../contentText.ts';
import type { Tally } from '../Tally.ts';
import { type FunctionTool, functionsSection, isFunctionTool } from './functionsSection.ts';

/** The tokens that `additionalProperties: false` takes in versions of the template that mention it. */
export const CLOSED_OBJECT = 6;
/** What the system message says of functions, when there are some. */
const CHANNEL_OF_FUNCTIONS = 14;
/** A tool of Groq's own, such as `browser_search`. Not recorded: the length of the sections in OpenAI's documentation. */
const BUILT_IN_TOOL = { tokens: 350, uncertainty: 1_000 } as const;
/** What Groq says about the format of the answer. */
const FORMAT = { json_object: 28, json_schema: 38 } as const;
/** What it says besides, when there are no instructions to go with. */
const FORMAT_ALONE = 13;

/**
 * Writes the developer message, whose sections are the caller's instructions, the functions and the format of the
 * answer, and tallies what they bring about elsewhere.
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
    // Where instructions go that do not stand at the beginning was not recorded.
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
      // Other models are not told of functions that they must not call; of gpt-oss it was not recorded.
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

/** How many closed objects the functions have, and by how much their section may be longer than it is written here. */
function doubtsOf(
  functions: readonly FunctionTool[],
  section: string,
  count: CountText,
): { closed: number; uncertainty: number } {
  const json = JSON.stringify(functions);
  const closed = json.split('"additionalProperties":false').length - 1;
  // How schemas beyond flat ones are written was not recorded, but hardly at greater length than their JSON.
  const isUnusual = /"(oneOf|anyOf|allOf|\$ref|items|const|default|title|examples|nullable)":/.test(json);
  const isNested = json.split('"properties":').length - 1 > functions.length;
  const excess = isUnusual || isNested ? Math.max(0, count(json) - count(section)) : 0;
  return { closed, uncertainty: 8 + 2 * functions.length + excess };
}
