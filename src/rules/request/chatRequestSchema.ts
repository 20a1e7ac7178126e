import * as z from 'zod';
import type { CallOptionName } from '../../model/CallOptionName.ts';
import type { ChatRequest } from '../../model/ChatRequest.ts';
import type { ChatModelId } from '../../model/Models.ts';

const textPart = z.strictObject({ type: z.literal('text'), text: z.string() });

const imagePart = z.strictObject({
  type: z.literal('image_url'),
  image_url: z.strictObject({ url: z.string(), detail: z.enum(['auto', 'low', 'high']).optional() }),
});

const documentPart = z.strictObject({
  type: z.literal('document'),
  document: z.looseObject({ id: z.string().nullish(), data: z.unknown().optional() }),
});

const toolCall = z.strictObject({
  id: z.string(),
  type: z.literal('function'),
  function: z.strictObject({ name: z.string(), arguments: z.string() }),
});

const text = z.union([z.string(), z.array(textPart).readonly()]);
const name = z.string().optional();

// Groq refuses a message with a property that it does not know, so these are strict.
const messageSchema = z.discriminatedUnion('role', [
  z.strictObject({ role: z.literal('system'), content: text, name }),
  z.strictObject({ role: z.literal('developer'), content: text, name }),
  z.strictObject({
    role: z.literal('user'),
    content: z.union([
      z.string(),
      z.array(z.discriminatedUnion('type', [textPart, imagePart, documentPart])).readonly(),
    ]),
    name,
  }),
  z.strictObject({
    role: z.literal('assistant'),
    content: text.nullish(),
    reasoning: z.string().nullish(),
    tool_calls: z.array(toolCall).readonly().optional(),
    function_call: z.strictObject({ name: z.string(), arguments: z.string() }).nullish(),
    name,
  }),
  z.strictObject({ role: z.literal('tool'), content: text, tool_call_id: z.string(), name }),
  z.strictObject({ role: z.literal('function'), content: text.nullable(), name: z.string() }),
]);

const toolSchema = z.looseObject({
  type: z.string(),
  function: z
    .looseObject({
      name: z.string(),
      description: z.string().optional(),
      parameters: z.record(z.string(), z.unknown()).optional(),
      strict: z.boolean().nullish(),
    })
    .optional(),
});

const responseFormatSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text') }),
  z.strictObject({ type: z.literal('json_object') }),
  z.strictObject({
    type: z.literal('json_schema'),
    json_schema: z.looseObject({
      name: z.string(),
      description: z.string().optional(),
      schema: z.record(z.string(), z.unknown()).optional(),
      strict: z.boolean().nullish(),
    }),
  }),
]);

const chatModelIdSchema: z.ZodType<ChatModelId, ChatModelId> = z.string().min(1);

/** A field that is not checked here, since Groq reports its errors itself. */
const unchecked = <Name extends keyof ChatRequest>() => z.custom<ChatRequest[Name]>().optional();

/** An option of the call that is in the request by mistake: Groq would refuse it. */
const optionOfTheCall = z
  .custom<undefined>((value) => value === undefined, {
    error: 'absent: it is an option of the call, which is passed after the request',
  })
  .optional();

const callOptions = {
  priority: optionOfTheCall,
  tenant: optionOfTheCall,
  tag: optionOfTheCall,
  slack: optionOfTheCall,
  place$: optionOfTheCall,
  signal: optionOfTheCall,
  fitOutput: optionOfTheCall,
  timeouts: optionOfTheCall,
  retry: optionOfTheCall,
  paused$: optionOfTheCall,
  backpressure: optionOfTheCall,
  buffer: optionOfTheCall,
  lifecycle: optionOfTheCall,
} satisfies Record<CallOptionName, z.ZodType>;

/** The known fields of a request. */
const fields = {
  model: chatModelIdSchema,
  messages: z.array(messageSchema).min(1).readonly(),
  max_completion_tokens: z.int().positive().nullish(),
  max_tokens: z.int().positive().nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  seed: z.int().nullish(),
  stop: z.union([z.string(), z.array(z.string()).max(4).readonly()]).nullish(),
  n: z.literal(1).nullish(),
  tools: z.array(toolSchema).max(128).readonly().nullish(),
  tool_choice: z.union([z.enum(['none', 'auto', 'required']), z.looseObject({ type: z.string() })]).nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  response_format: responseFormatSchema.nullish(),
  reasoning_effort: z.enum(['none', 'default', 'low', 'medium', 'high']).nullish(),
  reasoning_format: z.enum(['hidden', 'raw', 'parsed']).nullish(),
  include_reasoning: z.boolean().nullish(),
  service_tier: z.enum(['auto', 'on_demand', 'flex', 'performance']).nullish(),
  user: z.string().nullish(),
  disable_tool_validation: unchecked<'disable_tool_validation'>(),
  documents: unchecked<'documents'>(),
  citation_options: unchecked<'citation_options'>(),
  search_settings: unchecked<'search_settings'>(),
  compound_custom: unchecked<'compound_custom'>(),
  frequency_penalty: unchecked<'frequency_penalty'>(),
  presence_penalty: unchecked<'presence_penalty'>(),
  logit_bias: unchecked<'logit_bias'>(),
  logprobs: unchecked<'logprobs'>(),
  top_logprobs: unchecked<'top_logprobs'>(),
  metadata: unchecked<'metadata'>(),
  store: unchecked<'store'>(),
  stream: unchecked<'stream'>(),
  stream_options: unchecked<'stream_options'>(),
};

/** The schema of a {@link ChatRequest}. It allows unknown fields. */
export const chatRequestSchema = z.looseObject({ ...fields, ...callOptions });

const deprecated = z.unknown().optional();

/** The schema of requests that Groq accepts. It refuses unknown fields, and does not check deprecated ones. */
export const strictChatRequestSchema = z.strictObject({
  ...fields,
  functions: deprecated,
  function_call: deprecated,
  include_domains: deprecated,
  exclude_domains: deprecated,
});
