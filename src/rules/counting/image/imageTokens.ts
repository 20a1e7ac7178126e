import type { ContentPart } from '../../../model/ChatRequest.ts';
import type { ModelId } from '../../../model/Models.ts';
import { imageSize } from './imageSize.ts';
import { llama4Tiles } from './llama4Tiles.ts';

/** What an image takes in a prompt, in tokens. */
export interface ImageTokens {
  /** The best guess. */
  readonly tokens: number;
  /** What it does not exceed, as far as is known. The same as the guess where it depends on what is known alone. */
  readonly bound: number;
}

/**
 * Each image counts the same for Qwen, whatever its size and detail.
 *
 * @see https://console.groq.com/docs/vision
 */
const QWEN = 2_048;

/** A tile of Llama 4: its patches, and the mark between it and the next. */
const TILE = 145;
/** What every image of Llama 4 has: a tile that shows the whole of it, and three marks. */
const WHOLE = 147;
/** Of the largest image, which is cut into 16 tiles. Recorded were 480 to 2,330 for an image with its question. */
const LLAMA_4: ImageTokens = { tokens: 1_250, bound: 16 * TILE + WHOLE };

/** Of a model that nothing is known of: what Qwen takes, and a bit more than the most of all. */
const UNKNOWN: ImageTokens = { tokens: QWEN, bound: 2_500 };

/**
 * Bounds what an image takes in a prompt, by the model and the size of the image, which is read from the image itself
 * when it comes in a data URL. For a link, the bound is that of the largest image.
 *
 * The `detail` that is asked for changes nothing: the count of Qwen does not depend on it, and nothing that was recorded
 * shows that it is heeded elsewhere.
 *
 * @example
 * imageTokens('qwen/qwen3.8-27b', { url: 'https://example.com/cat.jpg' }); // => { tokens: 2048, bound: 2048 }
 */
export function imageTokens(
  model: ModelId,
  { url }: Extract<ContentPart, { type: 'image_url' }>['image_url'],
): ImageTokens {
  if (/qwen/i.test(model)) return { tokens: QWEN, bound: QWEN };
  if (!/llama-4/i.test(model)) return UNKNOWN;
  const size = imageSize(url);
  if (size === undefined) return LLAMA_4;
  const tiles = llama4Tiles(size);
  const tokens = tiles === 1 ? WHOLE : tiles * TILE + WHOLE;
  return { tokens, bound: tokens };
}
