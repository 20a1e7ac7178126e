import { readFileSync } from 'node:fs';
import { sharedUrl } from '../util/shared.ts';

/** A recorded exchange. */
export interface Recording {
  readonly name: string;
  readonly request: { readonly method: string; readonly path: string; readonly body: RecordedBody };
  readonly response: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    /** The text of a stream. */
    readonly sse?: string;
    /** The body of any other answer. */
    readonly body?: RecordedBody;
  };
  /** The sizes of the received pieces, if recorded. */
  readonly transport_chunk_bytes?: readonly number[];
}

/** A recorded body of unknown form. */
export type RecordedBody = Readonly<Record<string, unknown>>;

/** The path of the index, relative to the recorded traffic. */
export const INDEX = 'recordings/INDEX.json';

/** Reads all recordings that the text of the index lists. */
export const readRecordings = (index: string): Recording[] =>
  (JSON.parse(index) as { file: string }[]).map(({ file }) => ({
    ...(JSON.parse(readFileSync(sharedUrl(`recordings/${file}`), 'utf8')) as Omit<Recording, 'name'>),
    name: file,
  }));
