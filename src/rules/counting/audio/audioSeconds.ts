import { type AudioFile, audioFile } from './AudioFile.ts';
import { flacSeconds, isFlac } from './flac.ts';
import { mp3Seconds } from './mp3.ts';
import { isMp4, mp4Seconds } from './mp4.ts';
import { isOgg, oggSeconds } from './ogg.ts';
import { isWav, wavSeconds } from './wav.ts';
import { isWebm, webmSeconds } from './webm.ts';

/** What there is of a file besides its first bytes. */
export interface AudioRest {
  /**
   * The length of the whole file, in bytes.
   *
   * @default the length of what is given
   */
  readonly size?: number | undefined;
  /** The last bytes of the file. They may overlap with the first. */
  readonly tail?: Uint8Array | undefined;
}

/** How a format is told from others, and how long a file of it is. */
const FORMATS: readonly {
  readonly is: (file: AudioFile) => boolean;
  readonly seconds: (file: AudioFile) => number | undefined;
}[] = [
  { is: isWav, seconds: wavSeconds },
  { is: isOgg, seconds: oggSeconds },
  { is: isMp4, seconds: mp4Seconds },
  { is: isWebm, seconds: webmSeconds },
  { is: isFlac, seconds: flacSeconds },
  // It has no mark that it begins with.
  { is: () => true, seconds: mp3Seconds },
];

/**
 * Tells how many seconds of sound a file has, without decoding it: by what it says itself where it begins or ends. It
 * knows what Groq takes: WAV, MP3, FLAC, Ogg (Vorbis, Opus, Speex, FLAC), MP4 and M4A, WebM.
 *
 * Give the whole file if it is in memory. Of a large one, 256 KiB from its start, 256 KiB from its end and its size do
 * for nearly all: the end is looked at in Ogg, and in MP4 that were not made for streaming.
 *
 * @param bytes The file, or its first bytes. They are not changed, and no more than a glance is taken at most files.
 * @param rest What there is besides. See {@link AudioRest}.
 * @return Seconds; nothing where it cannot be told: the format is another, the file is broken, or what tells is not in
 * the bytes that were given. It does not throw.
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
