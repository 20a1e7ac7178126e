import { ProtocolError } from '../../errors/ProtocolError.ts';
import type { ChatCompletionChunk } from '../../model/Chunk.ts';
import { isObject } from '../isObject.ts';
import { failIfMore, MAX_CHOICES } from './bounds.ts';
import { failIfError } from './failIfError.ts';
import { parseObject } from './parseObject.ts';

/** The data of the event that ends a stream. */
export const DONE = '[DONE]';

/**
 * Parses the data of one event of a stream.
 *
 * @throws {ProtocolError} when it is not a chunk. The error does not contain the data.
 * @throws {HttpError} when it is an error that Groq sends in the middle of a stream.
 */
export function parseChunk(data: string): ChatCompletionChunk {
  const chunk = parseObject(data, 'An event of the stream');
  failIfError(chunk);
  const choices = chunk['choices'];
  if (!Array.isArray(choices) || !choices.every(isObject)) {
    throw new ProtocolError('An event of the stream has no list of choices.');
  }
  failIfMore(choices.length, MAX_CHOICES, 'An event of the stream has', 'choices');
  return chunk as unknown as ChatCompletionChunk;
}
