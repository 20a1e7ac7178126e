import { Observable, type OperatorFunction } from 'rxjs';
import * as z from 'zod';
import type { ServerEvent } from '../model/Chunk.ts';
import { count } from '../rules/request/schemas.ts';
import { checked } from '../rules/request/validation.ts';
import { EventReader, MAX_LINE_BYTES, toBuffer } from './internal/EventReader.ts';
import { operate } from './internal/operate.ts';

/** Options of {@link parseEvents}. */
export interface ParseEventsConfig {
  /**
   * The maximum length of a line of the stream, and of the buffered part of a multi-line event, in bytes.
   *
   * @default 1_048_576
   */
  readonly maxLineBytes?: number | undefined;
}

/**
 * Parses server-sent events from bytes that may be split anywhere.
 *
 * <span class="informal">What a browser's `EventSource` does, for the body of an answer.</span>
 *
 * ![](../../marbles/parseEvents.svg)
 *
 * Bytes that are not valid UTF-8 become U+FFFD. Comments are ignored, and an incomplete event at the end of the stream
 * is dropped, as the standard requires.
 *
 * ## Example
 * ### An event in two pieces
 * ```ts
 * import { parseEvents } from 'rxgroq/operators';
 * import { from } from 'rxjs';
 *
 * from(['data: he', 'llo\n\n'].map((text) => new TextEncoder().encode(text)))
 *   .pipe(parseEvents())
 *   .subscribe(({ data }) => console.log(data));
 * // => hello
 * ```
 *
 * @see {@link toTokens}
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 * @param config The maximum length of a line. See {@link ParseEventsConfig}.
 * @return A function that returns an Observable of events.
 * @throws {ValidationError} when the config is invalid.
 * @throws {ProtocolError} (as `error`) when a line is longer than `maxLineBytes`.
 */
export function parseEvents(config: ParseEventsConfig = {}): OperatorFunction<Uint8Array, ServerEvent> {
  checked(schema, config, 'The config of parseEvents', 'Correct the config.');
  const { maxLineBytes = MAX_LINE_BYTES } = config;

  return (source) =>
    new Observable((destination) => {
      // The last id also applies to events without one.
      let lastEventId = '';
      const reader = new EventReader(maxLineBytes, {
        id: (id) => {
          lastEventId = id;
        },
        event: ({ event = 'message', data }) => {
          destination.next({ event, data, lastEventId });
        },
        tooLong: (error) => {
          destination.error(error);
        },
      });

      source.subscribe(
        operate({
          destination,
          next: (bytes) => {
            reader.feed(toBuffer(bytes));
          },
        }),
      );
    });
}

const schema = z.strictObject({ maxLineBytes: count });
