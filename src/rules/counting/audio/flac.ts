import { type AudioFile, lettersAt, viewAt } from './AudioFile.ts';
import { id3End } from './id3.ts';

/** Tells a FLAC by its mark, which some write tags in front of. */
export const isFlac = (file: AudioFile): boolean => lettersAt(file, id3End(file)) === 'fLaC';

/**
 * Tells how long a FLAC is, from its first block, STREAMINFO. An encoder that wrote to a pipe could not tell.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9639#name-streaminfo
 */
export function flacSeconds(file: AudioFile): number | undefined {
  return streamInfoSeconds(viewAt(file, id3End(file) + 8, 18));
}

/** Reads the seconds from a STREAMINFO block without its header. */
export function streamInfoSeconds(view: DataView | undefined): number | undefined {
  if (view === undefined) return undefined;
  // 20 bits of samples a second, 8 of other things and 36 of samples.
  const sampleRate = view.getUint32(10) >>> 12;
  const samples = (view.getUint8(13) & 15) * 2 ** 32 + view.getUint32(14);
  return samples === 0 ? undefined : samples / sampleRate;
}
