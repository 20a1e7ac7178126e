import type { Tool } from '../../../model/ChatRequest.ts';
import { isObject } from '../../isObject.ts';
import { schemaType } from './schemaType.ts';

/** A function of the caller, rather than a built-in tool of Groq. */
export type FunctionTool = Tool & { readonly function: NonNullable<Tool['function']> };

/** Whether a tool is a function of the caller. */
export function isFunctionTool(tool: Tool): tool is FunctionTool {
  return tool.type === 'function' && tool.function !== undefined;
}

function declarationOf({ function: { name, description = '', parameters } }: FunctionTool): string {
  const comments = description === '' ? [] : description.replace(/\n$/, '').split('\n');
  const parameter = isObject(parameters) ? `_: ${schemaType(parameters)}` : '';
  return [...comments.map((line) => `// ${line}`), `type ${name} = (${parameter}) => any;`].join('\n');
}

/**
 * Builds the section of the developer message that declares the functions to gpt-oss.
 *
 * @see https://github.com/openai/harmony/blob/main/docs/format.md#function-calling
 */
export function functionsSection(tools: readonly FunctionTool[]): string {
  const declarations = tools.map((tool) => `${declarationOf(tool)}\n\n`).join('');
  return `# Tools\n\n## functions\n\nnamespace functions {\n\n${declarations}} // namespace functions`;
}
