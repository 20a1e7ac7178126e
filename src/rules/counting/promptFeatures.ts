import type { ChatRequest, Message } from '../../model/ChatRequest.ts';
import { type Attachment, attachmentTokens } from './attachmentTokens.ts';
import type { CountText } from './CountText.ts';
import { calledFunctions } from './calledFunctions.ts';
import { contentParts } from './contentText.ts';
import { imageTokens } from './image/imageTokens.ts';
import { spacedJson } from './spacedJson.ts';

/**
 * The quantities that determine the length of a prompt, for any template and vocabulary. Each is a number of tokens in
 * o200k unless stated otherwise.
 */
export const FEATURES = [
  /** 1: the part that every prompt has. */
  'prompt',
  /** 1 when there are instructions, in a system or developer message. */
  'instructions',
  /** The number of messages besides the instructions and one other. */
  'turns',
  'text',
  /** The number of UTF-16 units that are not ASCII: vocabularies differ most in these. */
  'wideCharacters',
  /** 1 when there are tools. */
  'tools',
  /** The number of tools besides the first. */
  'furtherTools',
  /** The tools as compact JSON. */
  'toolText',
  /** The additional tokens of the tools if written as {@link spacedJson}. */
  'toolSpacing',
  /** 1 when the model must call a tool. */
  'mustCall',
  /** 1 when there are tools that it must not call. */
  'mustNotCall',
  /** The number of calls in the conversation. */
  'calls',
  'callText',
  /** 1 when the answer must be JSON. */
  'json',
  'schemaText',
  /** The estimated tokens of the images. */
  'images',
  /** The estimated tokens of the documents. */
  'documents',
] as const;

export type Feature = (typeof FEATURES)[number];

/** The features of one request, in the order of {@link FEATURES}. */
export type PromptFeatures = Readonly<Record<Feature, number>>;

/** Computes the features of a request. */
export function promptFeatures(request: ChatRequest, count: CountText): PromptFeatures {
  const { messages, tools, tool_choice, response_format } = request;
  const sum = (each: (message: Message) => number): number => messages.reduce((all, message) => all + each(message), 0);
  const calls = messages.flatMap(calledFunctions);
  const instructions = messages.some(({ role }) => role === 'system' || role === 'developer');
  // Groq leaves tools that must not be called out of the prompt.
  const told = tool_choice === 'none' ? [] : (tools ?? []);
  const toolText = told.length > 0 ? count(JSON.stringify(told)) : 0;
  const schema = response_format?.type === 'json_schema' ? JSON.stringify(response_format.json_schema) : '';
  const attached = (type: Attachment['type']): number =>
    sum(({ content }) =>
      contentParts(content)
        .attachments.filter((part) => part.type === type)
        .reduce((tokens, part) => tokens + attachmentTokens(part, count, request.model).tokens, 0),
    );
  const documents = request.documents ? JSON.stringify(request.documents) : '';
  return {
    prompt: 1,
    instructions: instructions ? 1 : 0,
    turns: Math.max(0, messages.length - (instructions ? 2 : 1)),
    text: sum(({ content }) => contentParts(content).texts.reduce((tokens, text) => tokens + count(text), 0)),
    wideCharacters: sum(({ content }) => contentParts(content).texts.reduce((all, text) => all + wide(text), 0)),
    tools: told.length > 0 ? 1 : 0,
    furtherTools: Math.max(0, told.length - 1),
    toolText,
    toolSpacing: told.length > 0 ? count(spacedJson(told)) - toolText : 0,
    mustCall: told.length > 0 && (tool_choice === 'required' || typeof tool_choice === 'object') && tool_choice ? 1 : 0,
    mustNotCall: tools?.length && tool_choice === 'none' ? 1 : 0,
    calls: calls.length,
    callText: calls.reduce((tokens, { name, arguments: json }) => tokens + count(name) + count(json), 0),
    json: response_format && response_format.type !== 'text' ? 1 : 0,
    schemaText: schema === '' ? 0 : count(schema),
    images: attached('image_url'),
    documents: attached('document') + (documents === '' ? 0 : count(documents)),
  };
}

/**
 * How many tokens all images of a request may need beyond their feature. If any, a report about the request says
 * nothing about the tokens of images.
 */
export function imageUncertainty({ model, messages }: ChatRequest): number {
  return messages
    .flatMap(({ content }) => contentParts(content).attachments)
    .reduce((uncertainty, part) => {
      if (part.type !== 'image_url') return uncertainty;
      const { tokens, bound } = imageTokens(model, part.image_url);
      return uncertainty + bound - tokens;
    }, 0);
}

/** The number of UTF-16 units of a text that are not ASCII. */
function wide(text: string): number {
  let units = 0;
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) units++;
  return units;
}
