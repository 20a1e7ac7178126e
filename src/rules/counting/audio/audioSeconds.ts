import { type AudioFile, audioFile } from './AudioFile.ts';
import { flacSeconds, isFlac } from './flac.ts';
import { mp3Seconds } from './mp3.ts';
import { isMp4, mp4Seconds } from './mp4.ts';
import { isOgg, oggSeconds } from './ogg.ts';
import { isWav, wavSeconds } from './wav.ts';
import { isWebm, webmSeconds } from './webm.ts';

/** The rest of a file, besides its first bytes. */
export interface AudioRest {
  /**
   * The length of the whole file, in bytes.
   *
   * @default the length of the given bytes
   */
  readonly size?: number | undefined;
  /** The last bytes of the file. They may overlap with the first. */
  readonly tail?: Uint8Array | undefined;
}

/** How to recognize a format, and how to find the length of a file. */
const FORMATS: readonly {
  readonly is: (file: AudioFile) => boolean;
  readonly seconds: (file: AudioFile) => number | undefined;
}[] = [
  { is: isWav, seconds: wavSeconds },
  { is: isOgg, seconds: oggSeconds },
  { is: isMp4, seconds: mp4Seconds },
  { is: isWebm, seconds: webmSeconds },
  { is: isFlac, seconds: flacSeconds },
  // It has no magic number.
  { is: () => true, seconds: mp3Seconds },
];

/**
 * Returns the length of an audio file in seconds without decoding it, from the metadata at its start or end. Supports
 * the formats that Groq accepts: WAV, MP3, FLAC, Ogg (Vorbis, Opus, Speex, FLAC), MP4 and M4A, WebM.
 *
 * Pass the whole file if it is in memory. For a large file, 256 KiB from its start, 256 KiB from its end and its size
 * are nearly always enough: the end is needed for Ogg, and for MP4 files that were not made for streaming.
 *
 * @param bytes The file, or its first bytes. They are not modified, and of most files only a few bytes are read.
 * @param rest The rest of the file. See {@link AudioRest}.
 * @return The length in seconds, or `undefined` if it cannot be determined: the format is not supported, the file is
 * broken, or the metadata is not in the given bytes. It does not throw.
 * @example
 * ```ts
 * import { audioSeconds } from 'rxgroq/operators';
 *
 * // A WAV of 16 bits, mono, at 16 kHz, with one second of silence.
 * const wav = new Uint8Array(44 + 32_000);
 * const head = new DataView(wav.buffer);
 * for (const [at, letters] of Object.entries({ 0: 'RIFF', 8: 'WAVE', 12: 'fmt ', 36: 'data' }))
 *   new TextEncoder().encodeInto(letters, wav.subarray(Number(at)));
 * head.setUint32(16, 16, true); // the length of the format
 * head.setUint16(20, 1, true); // PCM
 * head.setUint32(24, 16_000, true); // samples a second
 * head.setUint16(32, 2, true); // bytes of a sample
 * head.setUint32(40, 32_000, true); // bytes of sound
 *
 * audioSeconds(wav); // => 1
 * audioSeconds(wav.subarray(0, 1_024), { size: wav.length }); // => 1
 * ```
 */
export function audioSeconds(
  bytes: Uint8Array,
  { tail = new Uint8Array(), size = bytes.length + tail.length }: AudioRest = {},
): number | undefined {
  const file = audioFile(bytes, tail, Math.max(size, bytes.length, tail.length));
  const seconds = FORMATS.find(({ is }) => is(file))?.seconds(file);
  return seconds !== undefined && seconds >= 0 && seconds < Infinity ? seconds : undefined;
}
