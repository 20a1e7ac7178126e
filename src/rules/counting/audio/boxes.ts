import { type AudioFile, lettersAt, uint64, viewAt } from './AudioFile.ts';

/** The maximum number of boxes on one level. Usual are about ten, and two per fragment in fragmented files. */
const MAX_BOXES = 100_000;

/** A part of an MP4, or the whole. */
export interface Box {
  readonly type: string;
  /** Where its content begins and ends, in bytes. */
  readonly start: number;
  readonly end: number;
}

/**
 * Yields the boxes within another, as far as they are available.
 *
 * @see https://developer.apple.com/documentation/quicktime-file-format/atoms
 */
export function* boxesIn(file: AudioFile, { start, end }: Pick<Box, 'start' | 'end'>): Generator<Box> {
  let at = start;
  for (let boxes = 0; boxes < MAX_BOXES && at < end; boxes++) {
    const short = viewAt(file, at, 8)?.getUint32(0);
    if (short === undefined) return;
    const long = short === 1 ? viewAt(file, at + 8, 8) : undefined;
    const head = short === 1 ? 16 : 8;
    // A box with size 0 extends to the end of its parent.
    const size = short === 0 ? end - at : short === 1 ? long && uint64(long, 0) : short;
    if (size === undefined || size < head) return;
    yield { type: lettersAt(file, at + 4), start: at + head, end: Math.min(at + size, end) };
    at += size;
  }
}

/** Finds the first box of a type within another, and within that the first of the next type, and so on. */
export function boxIn(file: AudioFile, within: Pick<Box, 'start' | 'end'>, ...types: string[]): Box | undefined {
  const [type, ...inner] = types;
  for (const box of boxesIn(file, within)) {
    if (box.type === type) return inner.length === 0 ? box : boxIn(file, box, ...inner);
  }
  return undefined;
}

/** A view of a part of a box's content, or undefined if it is not available. */
export function viewIn(file: AudioFile, { start, end }: Box, offset: number, length: number): DataView | undefined {
  return start + offset + length > end ? undefined : viewAt(file, start + offset, length);
}

/** Whether the times of a box have eight bytes instead of four, by its version. */
export function isLong(file: AudioFile, box: Box): boolean {
  return viewIn(file, box, 0, 1)?.getUint8(0) === 1;
}

/** Reads the timescale and the duration of a movie header or a media header. */
export function timeIn(file: AudioFile, header: Box): { timescale: number; duration: number } | undefined {
  const long = isLong(file, header);
  const view = viewIn(file, header, long ? 20 : 12, long ? 12 : 8);
  if (view === undefined) return undefined;
  return { timescale: view.getUint32(0), duration: long ? uint64(view, 4) : view.getUint32(4) };
}
