import { Observable, type OperatorFunction } from 'rxjs';
import * as z from 'zod';
import type { ServerEvent } from '../model/Chunk.ts';
import { count } from '../rules/request/schemas.ts';
import { checked } from '../rules/request/validation.ts';
import { EventReader, MAX_LINE_BYTES, toBuffer } from './eventInternals.ts';
import { operate } from './operate.ts';

/** How much {@link parseEvents} takes. */
export interface ParseEventsConfig {
  /**
   * How long a line of the stream may be, and what is held of an event of many lines, in bytes.
   *
   * @default 1_048_576
   */
  readonly maxLineBytes?: number | undefined;
}

/**
 * Reads the events of a stream from its bytes, wherever those are cut.
 *
 * <span class="informal">What a browser's `EventSource` does, for the body of an answer.</span>
 *
 * ![](../../marbles/parseEvents.svg)
 *
 * Bytes that are no UTF-8 become U+FFFD. Comments are passed over, and an event that has not ended when the stream
 * does is dropped, as the standard asks.
 *
 * ## Example
 * ### An event that comes in two pieces
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
 * @param config How much it takes. See {@link ParseEventsConfig}.
 * @return A function that returns an Observable of events.
 * @throws {ValidationError} when the config is not what it has to be.
 * @throws {ProtocolError} (as `error`) when a line is longer than `maxLineBytes`.
 */
export function parseEvents(config: ParseEventsConfig = {}): OperatorFunction<Uint8Array, ServerEvent> {
  checked(schema, config, 'The config of parseEvents', 'Correct it: nothing was read.');
  const { maxLineBytes = MAX_LINE_BYTES } = config;

  return (source) =>
    new Observable((destination) => {
      // It outlives the events that have none.
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
