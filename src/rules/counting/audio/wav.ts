import { type AudioFile, lettersAt, uint64, viewAt } from './AudioFile.ts';

/** The maximum number of chunks that are read. Recorders write a handful. */
const MAX_CHUNKS = 1_000;
/** The size in files whose writer did not know it, and in RF64, where another chunk contains the size. */
const UNKNOWN_SIZE = 0xff_ff_ff_ff;
/** Formats whose samples all have the same length: PCM, floating point, A-law, µ-law and the extensible format. */
const EVEN_FORMATS = [0x0001, 0x0003, 0x0006, 0x0007, 0xfffe];

interface Format {
  readonly isEven: boolean;
  /** Samples per second, of each channel. */
  readonly sampleRate: number;
  readonly bytesPerSecond: number;
}

/** Whether a file is a WAV, or an RF64, which can hold more than 4 GB, by its magic numbers. */
export const isWav = (file: AudioFile): boolean =>
  ['RIFF', 'RF64'].includes(lettersAt(file, 0)) && lettersAt(file, 8) === 'WAVE';

/**
 * The length of a WAV in seconds, from its format and the size of its data. If the size is unknown, for example in
 * files that were written to a pipe, the data extends to the end of the file.
 *
 * @see https://www.mmsp.ece.mcgill.ca/Documents/AudioFormats/WAVE/WAVE.html
 */
export function wavSeconds(file: AudioFile): number | undefined {
  const isLarge = lettersAt(file, 0) === 'RF64';
  let format: Format | undefined;
  let samples: number | undefined;
  let largeSize: number | undefined;
  let at = 12;
  for (let chunks = 0; chunks < MAX_CHUNKS; chunks++) {
    const size = viewAt(file, at + 4, 4)?.getUint32(0, true);
    if (size === undefined) return undefined;
    const start = at + 8;
    switch (lettersAt(file, at)) {
      case 'ds64': {
        const view = viewAt(file, start + 8, 8);
        if (view !== undefined) largeSize = uint64(view, 0, true);
        break;
      }
      case 'fmt ':
        format = formatAt(file, start);
        break;
      case 'fact':
        samples = viewAt(file, start, 4)?.getUint32(0, true);
        break;
      case 'data': {
        const known = size === UNKNOWN_SIZE ? (isLarge ? largeSize : undefined) : size || undefined;
        return secondsOf(format, Math.min(known ?? Infinity, file.size - start), samples);
      }
    }
    // Chunks begin at even offsets.
    at = start + size + (size % 2);
  }
  return undefined;
}

function formatAt(file: AudioFile, start: number): Format | undefined {
  const view = viewAt(file, start, 16);
  if (view === undefined) return undefined;
  const isEven = EVEN_FORMATS.includes(view.getUint16(0, true));
  const sampleRate = view.getUint32(4, true);
  return {
    isEven,
    sampleRate,
    bytesPerSecond: isEven ? sampleRate * view.getUint16(12, true) : view.getUint32(8, true),
  };
}

function secondsOf(format: Format | undefined, bytes: number, samples: number | undefined): number | undefined {
  if (format === undefined) return undefined;
  const { isEven, sampleRate, bytesPerSecond } = format;
  // Files of compressed sound contain the number of samples, and their bytes per second are only an average.
  return !isEven && samples ? samples / sampleRate : bytes / bytesPerSecond;
}
