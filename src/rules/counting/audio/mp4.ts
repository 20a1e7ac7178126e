import { type AudioFile, lettersAt } from './AudioFile.ts';
import { boxIn, timeIn } from './boxes.ts';
import { fragmentsSeconds } from './mp4Fragments.ts';

/** Whether a file is an MP4, M4A or QuickTime, by the type of its first box. */
export const isMp4 = (file: AudioFile): boolean => lettersAt(file, 4) === 'ftyp';

/**
 * The length of an MP4 or M4A in seconds, from its movie header, which is often at the end of the file, after the
 * sound. The header of a fragmented file has no duration, so its fragments are read.
 *
 * @see https://developer.apple.com/documentation/quicktime-file-format/movie_header_atom
 */
export function mp4Seconds(file: AudioFile): number | undefined {
  const movie = boxIn(file, { start: 0, end: file.size }, 'moov');
  const header = movie && boxIn(file, movie, 'mvhd');
  const { timescale, duration } = (header && timeIn(file, header)) ?? {};
  if (movie === undefined || !timescale || duration === undefined) return undefined;
  return duration > 0 ? duration / timescale : fragmentsSeconds(file, movie, timescale);
}
