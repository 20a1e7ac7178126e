/** A frame of MPEG audio, according to its four-byte header. */
export interface MpegFrame {
  /** Its length including the header, in bytes. */
  readonly length: number;
  readonly samples: number;
  /** Samples per second. */
  readonly sampleRate: number;
  /** The offset of a Xing or Info header from the start of the frame, in bytes. */
  readonly xingOffset: number;
}

/** Kilobits per second by layer, for MPEG 1 and for MPEG 2 and 2.5. 0: the header does not give the bitrate. */
const BITRATES: Readonly<Record<'1' | '2', readonly (readonly number[])[]>> = {
  1: [
    [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
    [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
    [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  ],
  2: [
    [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
    [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
    [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
  ],
};
const SAMPLE_RATES = [44_100, 48_000, 32_000];
/** Samples in a frame of each layer. */
const SAMPLES = [384, 1_152, 1_152];

/**
 * Parses the header of a frame of MPEG 1, 2 or 2.5, of any layer.
 *
 * @param head Its four bytes as a number.
 * @return Undefined if there is no frame, or if its header does not give its length.
 * @see http://www.mp3-tech.org/programmer/frame_header.html
 */
export function mpegFrame(head: number): MpegFrame | undefined {
  const version = (head >>> 19) & 3;
  const layer = 3 - ((head >>> 17) & 3);
  if (head >>> 21 !== 0x7ff || version === 1 || layer === 3) return undefined;
  const isFirst = version === 3;
  const bitrate = BITRATES[isFirst ? 1 : 2][layer]?.[(head >>> 12) & 15];
  const rate = SAMPLE_RATES[(head >>> 10) & 3];
  if (!bitrate || rate === undefined) return undefined;
  const sampleRate = isFirst ? rate : version === 2 ? rate / 2 : rate / 4;
  const samples = !isFirst && layer === 2 ? 576 : (SAMPLES[layer] ?? 0);
  const padding = (head >>> 9) & 1;
  const slot = layer === 0 ? 4 : 1;
  const length = (Math.floor((samples * bitrate * 125) / slot / sampleRate) + padding) * slot;
  const isMono = ((head >>> 6) & 3) === 3;
  return { length, samples, sampleRate, xingOffset: 4 + (isFirst ? (isMono ? 17 : 32) : isMono ? 9 : 17) };
}
