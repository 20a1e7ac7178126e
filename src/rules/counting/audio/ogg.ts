import { type AudioFile, lettersAt, uint64, viewAt } from './AudioFile.ts';
import { streamInfoSeconds } from './flac.ts';

/** The length of a page's header without its segment table, in bytes. */
const PAGE_HEAD = 27;
/** How far from the end the last page may begin, in bytes: a page has up to 65,307. */
const LAST_PAGES = 2 * 65_307;
/** The rate at which Opus counts samples, whatever the real one is. */
const OPUS_RATE = 48_000;

/** How to convert the position of a page to a time. */
interface Codec {
  readonly sampleRate: number;
  /** The number of samples at the beginning that are not played. */
  readonly skipped: number;
}

/** Whether a file is an Ogg, by its magic number. */
export const isOgg = (file: AudioFile): boolean => lettersAt(file, 0) === 'OggS';

/**
 * The length in seconds of an Ogg with Vorbis, Opus, Speex or FLAC, from its first page and the position of its last.
 *
 * @see https://www.rfc-editor.org/rfc/rfc3533#section-6
 */
export function oggSeconds(file: AudioFile): number | undefined {
  const head = viewAt(file, 0, PAGE_HEAD);
  if (head === undefined) return undefined;
  const packet = PAGE_HEAD + head.getUint8(26);
  if (lettersAt(file, packet, 5) === '\u007fFLAC') {
    const whole = streamInfoSeconds(viewAt(file, packet + 17, 18));
    if (whole !== undefined) return whole;
  }
  const codec = codecAt(file, packet);
  if (codec === undefined) return undefined;
  const samples = lastPosition(file, head.getUint32(14, true));
  return samples === undefined ? undefined : Math.max(0, samples - codec.skipped) / codec.sampleRate;
}

function codecAt(file: AudioFile, packet: number): Codec | undefined {
  const rate = (view: DataView | undefined): Codec | undefined =>
    view && { sampleRate: view.getUint32(0, true), skipped: 0 };
  if (lettersAt(file, packet, 8) === 'OpusHead') {
    const skipped = viewAt(file, packet + 10, 2)?.getUint16(0, true);
    return skipped === undefined ? undefined : { sampleRate: OPUS_RATE, skipped };
  }
  if (lettersAt(file, packet, 7) === '\u0001vorbis') return rate(viewAt(file, packet + 12, 4));
  if (lettersAt(file, packet, 8) === 'Speex   ') return rate(viewAt(file, packet + 36, 4));
  if (lettersAt(file, packet, 5) === '\u007fFLAC') {
    const bits = viewAt(file, packet + 27, 4)?.getUint32(0);
    return bits === undefined ? undefined : { sampleRate: bits >>> 12, skipped: 0 };
  }
  return undefined;
}

/** The position of a stream's last page on which a packet ends: the number of samples up to there. */
function lastPosition(file: AudioFile, stream: number): number | undefined {
  const from = Math.max(file.endStart, file.size - LAST_PAGES);
  const bytes = file.read(from, file.size - from);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = bytes.length - PAGE_HEAD; at >= 0; at--) {
    // `OggS`, and the version, which is 0.
    if (view.getUint32(at) !== 0x4f_67_67_53 || view.getUint8(at + 4) !== 0) continue;
    const isNone = view.getUint32(at + 6, true) === 0xff_ff_ff_ff && view.getUint32(at + 10, true) === 0xff_ff_ff_ff;
    if (view.getUint32(at + 14, true) === stream && !isNone) return uint64(view, at + 6, true);
  }
  return undefined;
}
