import { type AudioFile, lettersAt, viewAt } from './AudioFile.ts';

/** The maximum number of tags that are skipped. One is usual. */
const MAX_TAGS = 8;

/**
 * Finds where the sound begins, after the ID3v2 tags at the start of a file.
 *
 * @return An offset in bytes: 0 if there are none.
 * @see https://id3.org/id3v2.4.0-structure
 */
export function id3End(file: AudioFile): number {
  let at = 0;
  for (let tags = 0; tags < MAX_TAGS && lettersAt(file, at, 3) === 'ID3'; tags++) {
    const view = viewAt(file, at, 10);
    if (view === undefined) break;
    const hasFooter = (view.getUint8(5) & 0x10) !== 0;
    // Seven bits of each byte, so that no size looks like the start of a frame.
    const size = [6, 7, 8, 9].reduce((sum, i) => sum * 128 + (view.getUint8(i) & 0x7f), 0);
    at += 10 + size + (hasFooter ? 10 : 0);
  }
  return at;
}
