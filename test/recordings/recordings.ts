import { readFileSync } from 'node:fs';
import { sharedUrl } from '../util/shared.ts';

/** An exchange that was recorded. */
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
  /** In which pieces the stream came, where that was recorded. */
  readonly transport_chunk_bytes?: readonly number[];
}

/** A body as it was recorded, of which nothing is certain. */
export type RecordedBody = Readonly<Record<string, unknown>>;

/** Where the list of them lies, below the recorded traffic. */
export const INDEX = 'recordings/INDEX.json';

/** Reads all recordings that the text of the index lists. */
export const readRecordings = (index: string): Recording[] =>
  (JSON.parse(index) as { file: string }[]).map(({ file }) => ({
    ...(JSON.parse(readFileSync(sharedUrl(`recordings/${file}`), 'utf8')) as Omit<Recording, 'name'>),
    name: file,
  }));
