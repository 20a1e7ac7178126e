import type { PixelSize } from './PixelSize.ts';

/** The side of a tile, in pixels. */
const SIDE = 336;
/** The maximum number of tiles of an image. */
const MAX_TILES = 16;

/**
 * The number of tiles into which Llama 4 cuts an image. It chooses the smallest grid that fits the image at full size,
 * or else the one for which the image must be scaled down the least.
 *
 * @see https://huggingface.co/docs/transformers/model_doc/llama4
 */
export function llama4Tiles({ width, height }: PixelSize): number {
  let best = { scale: 0, tiles: 1 };
  for (let rows = 1; rows <= MAX_TILES; rows++) {
    for (let columns = 1; rows * columns <= MAX_TILES; columns++) {
      const grid = { scale: Math.min((rows * SIDE) / height, (columns * SIDE) / width), tiles: rows * columns };
      if (isBetter(grid, best)) best = grid;
    }
  }
  return best.tiles;
}

interface Grid {
  /** How much larger the grid is than the image. */
  readonly scale: number;
  readonly tiles: number;
}

function isBetter(one: Grid, other: Grid): boolean {
  if (one.scale === other.scale) return one.tiles < other.tiles;
  if (one.scale >= 1 && other.scale >= 1) return one.scale < other.scale;
  return one.scale > other.scale;
}
