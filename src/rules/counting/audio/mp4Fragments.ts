import { type AudioFile, uint64 } from './AudioFile.ts';
import { type Box, boxesIn, boxIn, isLong, timeIn, viewIn } from './boxes.ts';

/** A track. Its times are in its own unit. */
interface Track {
  /** Units per second. */
  readonly timescale: number;
  /** The default duration of a sample, or NaN if there is none, which makes the length unknown. */
  readonly sampleDuration: number;
}

/**
 * The length of a fragmented MP4 in seconds: from the total duration if the file contains it, or else from each
 * fragment, which requires the whole file.
 *
 * @param movie The box `moov`.
 * @param timescale Its units of time per second.
 * @see https://www.w3.org/TR/mse-byte-stream-format-isobmff/
 */
export function fragmentsSeconds(file: AudioFile, movie: Box, timescale: number): number | undefined {
  const header = boxIn(file, movie, 'mvex', 'mehd');
  if (header !== undefined) {
    const long = isLong(file, header);
    const view = viewIn(file, header, 4, long ? 8 : 4);
    const duration = view && (long ? uint64(view, 0) : view.getUint32(0));
    if (duration) return duration / timescale;
  }
  const tracks = tracksOf(file, movie);
  const seconds = new Map<number, number>();
  let reached = 0;
  for (const box of boxesIn(file, { start: 0, end: file.size })) {
    reached = box.end;
    if (box.type !== 'moof') continue;
    for (const fragment of boxesIn(file, box)) {
      if (fragment.type === 'traf') addFragment(file, fragment, tracks, seconds);
    }
  }
  return reached < file.size || seconds.size === 0 ? undefined : Math.max(...seconds.values());
}

function tracksOf(file: AudioFile, movie: Box): ReadonlyMap<number, Track> {
  const defaults = new Map<number, number>();
  const extension = boxIn(file, movie, 'mvex');
  for (const box of extension ? boxesIn(file, extension) : []) {
    const view = box.type === 'trex' ? viewIn(file, box, 4, 12) : undefined;
    if (view !== undefined) defaults.set(view.getUint32(0), view.getUint32(8));
  }
  const tracks = new Map<number, Track>();
  for (const box of boxesIn(file, movie)) {
    const [header, media] = box.type === 'trak' ? [boxIn(file, box, 'tkhd'), boxIn(file, box, 'mdia', 'mdhd')] : [];
    const id = header && viewIn(file, header, isLong(file, header) ? 20 : 12, 4)?.getUint32(0);
    const { timescale } = (media && timeIn(file, media)) ?? {};
    if (id === undefined || !timescale) continue;
    tracks.set(id, { timescale, sampleDuration: defaults.get(id) ?? Number.NaN });
  }
  return tracks;
}

/** Adds the length of a fragment to the seconds of its track. */
function addFragment(
  file: AudioFile,
  fragment: Box,
  tracks: ReadonlyMap<number, Track>,
  seconds: Map<number, number>,
): void {
  const header = boxIn(file, fragment, 'tfhd');
  const view = header && viewIn(file, header, 0, 8);
  const id = view?.getUint32(4) ?? 0;
  const track = tracks.get(id);
  if (header === undefined || view === undefined || track === undefined) return;
  const flags = view.getUint32(0);
  const at = 8 + (flags & 0x01 ? 8 : 0) + (flags & 0x02 ? 4 : 0);
  const own = flags & 0x08 ? viewIn(file, header, at, 4)?.getUint32(0) : undefined;
  for (const box of boxesIn(file, fragment)) {
    if (box.type !== 'trun') continue;
    const units = runDuration(file, box, own ?? track.sampleDuration);
    seconds.set(id, (seconds.get(id) ?? 0) + units / track.timescale);
  }
}

/** The duration of a run of samples, each of which may have its own duration. */
function runDuration(file: AudioFile, run: Box, sampleDuration: number): number {
  const view = viewIn(file, run, 0, 8);
  if (view === undefined) return 0;
  const flags = view.getUint32(0);
  const count = view.getUint32(4);
  if (!(flags & 0x1_00)) return count * sampleDuration;
  const start = 8 + (flags & 0x01 ? 4 : 0) + (flags & 0x04 ? 4 : 0);
  const step = 4 * [0x1_00, 0x2_00, 0x4_00, 0x8_00].filter((flag) => flags & flag).length;
  let units = 0;
  for (let i = 0; i < count; i++) {
    const duration = viewIn(file, run, start + i * step, 4);
    if (duration === undefined) break;
    units += duration.getUint32(0);
  }
  return units;
}
