import type { ChatRequest } from '../../index.ts';
import type { Task } from './Task.ts';

/** The model whose free limits the demonstration keeps. */
export const DEMO_MODEL = 'openai/gpt-oss-20b';

/** What is sent for a question. */
export const requestFor = ({ prompt, maxCompletionTokens }: Task): ChatRequest => ({
  model: DEMO_MODEL,
  messages: [{ role: 'user', content: prompt }],
  max_completion_tokens: maxCompletionTokens,
});
