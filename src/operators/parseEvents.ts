import { createParser } from 'eventsource-parser';
import { Observable, type OperatorFunction } from 'rxjs';
import { ProtocolError } from '../errors/ProtocolError.ts';
import type { ServerEvent } from '../model/Chunk.ts';
import { operate } from './operate.ts';

/** How much {@link parseEvents} takes. */
export interface ParseEventsConfig {
  /**
   * How long an event may be while it is not whole, in characters.
   *
   * @default 1_048_576
   */
  readonly maxLineLength?: number | undefined;
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
 * @throws {ProtocolError} (as `error`) when an event is longer than `maxLineLength`.
 */
export function parseEvents(config: ParseEventsConfig = {}): OperatorFunction<Uint8Array, ServerEvent> {
  const { maxLineLength = 1_048_576 } = config;

  return (source) =>
    new Observable((destination) => {
      // It outlives the events that have none.
      let lastEventId = '';
      // The parser takes the byte order mark away itself, and only one.
      const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
      const parser = createParser({
        maxBufferSize: maxLineLength,
        onId: (id) => {
          lastEventId = id;
        },
        onEvent: ({ event = 'message', data }) => {
          destination.next({ event, data, lastEventId });
        },
        onError: ({ type }) => {
          if (type !== 'max-buffer-size-exceeded') return;
          destination.error(new ProtocolError(`An event of the stream is longer than ${maxLineLength} characters.`));
        },
      });

      source.subscribe(
        operate({
          destination,
          next: (bytes) => {
            parser.feed(decoder.decode(bytes, { stream: true }));
          },
        }),
      );
    });
}
