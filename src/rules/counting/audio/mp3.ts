import { type AudioFile, lettersAt, viewAt } from './AudioFile.ts';
import { id3End } from './id3.ts';
import { type MpegFrame, mpegFrame } from './mpegFrame.ts';

/** How far to search for the first frame after the tags, in bytes. */
const SEARCHED = 65_536;
/** The length of ID3v1, the tag at the end of many files, in bytes. */
const ID3V1 = 128;
/** The offset of a VBRI header from the start of the frame, in bytes. */
const VBRI_OFFSET = 36;

/**
 * The length of an MP3 in seconds: from the header that files of variable bitrate begin with (Xing, Info or VBRI), or
 * else from its frames. Unavailable frames are assumed to have the same average bitrate as the available ones, which is
 * exact for a constant bitrate.
 *
 * @see http://www.mp3-tech.org/programmer/frame_header.html
 */
export function mp3Seconds(file: AudioFile): number | undefined {
  const start = firstFrame(file, id3End(file));
  const frame = start === undefined ? undefined : frameAt(file, start);
  if (start === undefined || frame === undefined) return undefined;
  const frames = framesFromHead(file, start, frame);
  return frames === undefined ? secondsOfFrames(file, start) : (frames * frame.samples) / frame.sampleRate;
}

function frameAt(file: AudioFile, at: number): MpegFrame | undefined {
  const head = viewAt(file, at, 4)?.getUint32(0);
  return head === undefined ? undefined : mpegFrame(head);
}

/** Finds a frame that is followed by another, or by the end of the file: four bytes may look like one by chance. */
function firstFrame(file: AudioFile, from: number): number | undefined {
  const searched = file.read(from, SEARCHED);
  // Every frame begins with eleven set bits, so `indexOf` skips most other bytes.
  for (let i = searched.indexOf(0xff); i >= 0; i = searched.indexOf(0xff, i + 1)) {
    const frame = frameAt(file, from + i);
    if (frame !== undefined && isFollowed(file, from + i, frame)) return from + i;
  }
  return undefined;
}

function isFollowed(file: AudioFile, at: number, { length, samples, sampleRate }: MpegFrame): boolean {
  if (at + length === file.size) return true;
  const next = frameAt(file, at + length);
  return next?.samples === samples && next.sampleRate === sampleRate;
}

/** The number of frames according to the first one, which itself is not played. */
function framesFromHead(file: AudioFile, start: number, { xingOffset }: MpegFrame): number | undefined {
  const xing = start + xingOffset;
  if (['Xing', 'Info'].includes(lettersAt(file, xing))) {
    const view = viewAt(file, xing + 4, 8);
    const tells = view !== undefined && (view.getUint32(0) & 1) !== 0;
    return tells ? view.getUint32(4) || undefined : undefined;
  }
  const vbri = start + VBRI_OFFSET;
  return lettersAt(file, vbri) === 'VBRI' ? viewAt(file, vbri + 14, 4)?.getUint32(0) || undefined : undefined;
}

/** The length of all frames in seconds, starting with the first. */
function secondsOfFrames(file: AudioFile, start: number): number {
  const hasTag = lettersAt(file, file.size - ID3V1, 3) === 'TAG';
  const end = file.size - (hasTag ? ID3V1 : 0);
  let at = start;
  let seconds = 0;
  for (let frame = frameAt(file, at); frame !== undefined && at < end; frame = frameAt(file, at)) {
    seconds += frame.samples / frame.sampleRate;
    at += frame.length;
  }
  return (seconds * (end - start)) / (at - start);
}
