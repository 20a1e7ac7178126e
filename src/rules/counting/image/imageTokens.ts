import type { ContentPart } from '../../../model/ChatRequest.ts';
import type { ModelId } from '../../../model/Models.ts';
import { imageSize } from './imageSize.ts';
import { llama4Tiles } from './llama4Tiles.ts';

/** The number of tokens of an image in a prompt. */
export interface ImageTokens {
  /** The best estimate. */
  readonly tokens: number;
  /** The upper bound. Equal to the estimate if the number depends only on known facts. */
  readonly bound: number;
}

/**
 * The tokens of every image for Qwen, whatever its size and detail.
 *
 * @see https://console.groq.com/docs/vision
 */
const QWEN = 2_048;

/** The tokens of one tile for Llama 4: its patches and the separator. */
const TILE = 145;
/** The fixed tokens of every image for Llama 4: a tile of the whole image and three markers. */
const WHOLE = 147;
/**
 * For Llama 4, if the size is unknown: the bound is for the largest image, with 16 tiles. Recorded were 480 to 2,330
 * for an image with its question.
 */
const LLAMA_4: ImageTokens = { tokens: 1_250, bound: 16 * TILE + WHOLE };

/** For unknown models: the number for Qwen, and a bound slightly above the largest of all. */
const UNKNOWN: ImageTokens = { tokens: QWEN, bound: 2_500 };

/**
 * Estimates the tokens of an image in a prompt by the model and the size of the image, which is read from the image
 * itself if it is in a data URL. For a link, the bound is that of the largest image.
 *
 * `detail` is ignored: the number for Qwen does not depend on it, and no recording shows an effect on other models.
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
