import { type AudioFile, lettersAt, viewAt } from './AudioFile.ts';
import { id3End } from './id3.ts';

/** Whether a file is a FLAC, by its magic number, which may follow ID3 tags. */
export const isFlac = (file: AudioFile): boolean => lettersAt(file, id3End(file)) === 'fLaC';

/**
 * The length of a FLAC in seconds, from its first block, STREAMINFO. Unknown if the encoder wrote to a pipe.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9639#name-streaminfo
 */
export function flacSeconds(file: AudioFile): number | undefined {
  return streamInfoSeconds(viewAt(file, id3End(file) + 8, 18));
}

/** Reads the seconds from a STREAMINFO block without its header. */
export function streamInfoSeconds(view: DataView | undefined): number | undefined {
  if (view === undefined) return undefined;
  // 20 bits of sample rate, 8 bits of other fields and 36 bits of samples.
  const sampleRate = view.getUint32(10) >>> 12;
  const samples = (view.getUint8(13) & 15) * 2 ** 32 + view.getUint32(14);
  return samples === 0 ? undefined : samples / sampleRate;
}
