import { type AudioFile, viewAt } from './AudioFile.ts';

/** The maximum number of elements on one level, except for blocks of sound. */
const MAX_ELEMENTS = 100_000;

const EBML = 0x1a45dfa3;
const SEGMENT = 0x18538067;
const INFO = 0x1549a966;
const TIMESTAMP_SCALE = 0x2ad7b1;
const DURATION = 0x4489;
const CLUSTER = 0x1f43b675;
const CLUSTER_TIMESTAMP = 0xe7;
const SIMPLE_BLOCK = 0xa3;
const BLOCK_GROUP = 0xa0;
const BLOCK = 0xa1;

/** Nanoseconds per unit of time, unless the file says otherwise. */
const DEFAULT_SCALE = 1_000_000;

/** An EBML element: an id, a size and its content. */
interface Element {
  readonly id: number;
  /** The range of its content, in bytes. An element of unknown size extends to the end of its parent. */
  readonly start: number;
  readonly end: number;
}

/** Whether a file is a WebM or Matroska, by its magic number. */
export const isWebm = (file: AudioFile): boolean => viewAt(file, 0, 4)?.getUint32(0) === EBML;

/**
 * The length of a WebM or Matroska in seconds: from the duration in its Info, or else from its last block of sound,
 * which requires the whole file. Recordings of browsers have no duration.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9559#name-info-element
 */
export function webmSeconds(file: AudioFile): number | undefined {
  const header = elementAt(file, 0, file.size);
  const segment = header && elementAt(file, header.end, file.size);
  if (segment?.id !== SEGMENT) return undefined;
  let scale = DEFAULT_SCALE;
  for (const element of elementsIn(file, segment)) {
    if (element.id === CLUSTER) break;
    if (element.id !== INFO) continue;
    let duration: number | undefined;
    for (const { id, start, end } of elementsIn(file, element)) {
      if (id === TIMESTAMP_SCALE) scale = unsigned(file, start, end) ?? DEFAULT_SCALE;
      else if (id === DURATION) duration = float(file, start, end);
    }
    if (duration !== undefined) return (duration * scale) / 1e9;
  }
  const units = lastBlock(file, segment);
  return units === undefined ? undefined : (units * scale) / 1e9;
}

/** When the sound ends: the last block is assumed to be as long as the previous one. */
function lastBlock(file: AudioFile, segment: Element): number | undefined {
  let cluster = 0;
  let last: number | undefined;
  let length = 0;
  let reached = segment.start;
  for (const { id, start, end } of elementsIn(file, segment, [CLUSTER, BLOCK_GROUP])) {
    reached = end;
    if (id === CLUSTER_TIMESTAMP) cluster = unsigned(file, start, end) ?? cluster;
    else if (id === SIMPLE_BLOCK || id === BLOCK) {
      // The number of the track, in one byte up to 127, and then the time relative to the cluster.
      const relative = viewAt(file, start + 1, 2)?.getInt16(0);
      if (relative === undefined) {
        // If the file itself ends before that, all its blocks were read.
        reached = start + 2;
        continue;
      }
      const at = cluster + relative;
      if (last !== undefined && at > last) length = at - last;
      last = Math.max(last ?? 0, at);
    }
  }
  return last === undefined || reached < file.size ? undefined : last + length;
}

/**
 * Yields the elements within another.
 *
 * @param entered The ids of elements that are replaced by the elements within them.
 */
function* elementsIn(file: AudioFile, { start, end }: Element, entered: readonly number[] = []): Generator<Element> {
  let at = start;
  const most = entered.length > 0 ? Infinity : MAX_ELEMENTS;
  for (let elements = 0; elements < most && at < end; elements++) {
    const element = elementAt(file, at, end);
    if (element === undefined) return;
    const isEntered = entered.includes(element.id);
    if (!isEntered) yield element;
    at = isEntered ? element.start : element.end;
  }
}

function elementAt(file: AudioFile, at: number, within: number): Element | undefined {
  const idLength = lengthAt(file, at);
  const sizeLength = idLength && lengthAt(file, at + idLength);
  if (!idLength || !sizeLength || idLength > 4) return undefined;
  const id = unsigned(file, at, at + idLength);
  const start = at + idLength + sizeLength;
  const [first = 0, ...rest] = file.read(at + idLength, sizeLength);
  if (id === undefined || rest.length < sizeLength - 1) return undefined;
  const bits = [first & (0xff >> sizeLength), ...rest];
  const isUnknown = bits[0] === 0xff >> sizeLength && rest.every((byte) => byte === 0xff);
  return { id, start, end: isUnknown ? within : start + numberOf(bits) };
}

/** The length of a variable-length number in bytes, by its leading zero bits. */
function lengthAt(file: AudioFile, at: number): number | undefined {
  const first = viewAt(file, at, 1)?.getUint8(0);
  return first ? Math.clz32(first) - 23 : undefined;
}

function unsigned({ read }: AudioFile, start: number, end: number): number | undefined {
  const bytes = end - start > 8 ? [] : read(start, end - start);
  return bytes.length === 0 || bytes.length < end - start ? undefined : numberOf([...bytes]);
}

const numberOf = (bytes: readonly number[]): number => bytes.reduce((sum, byte) => sum * 256 + byte, 0);

function float(file: AudioFile, start: number, end: number): number | undefined {
  const view = end - start === 4 || end - start === 8 ? viewAt(file, start, end - start) : undefined;
  return view?.byteLength === 4 ? view.getFloat32(0) : view?.getFloat64(0);
}
