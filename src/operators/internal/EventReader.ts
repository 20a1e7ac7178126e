import { createParser, type EventSourceMessage, type EventSourceParser } from 'eventsource-parser';
import { ProtocolError } from '../../errors/ProtocolError.ts';

/** The default maximum length of a line of a stream, in bytes. */
export const MAX_LINE_BYTES = 1_048_576;

/** Receives what an {@link EventReader} reads. */
export interface EventHandlers {
  event(event: EventSourceMessage): void;
  id?(id: string): void;
  /** A line or an event is too long. Nothing can be read after that. */
  tooLong(error: ProtocolError): void;
}

const NEWLINE = 10;
const RETURN = 13;

/** Reads events from bytes that may be split anywhere. */
export class EventReader {
  readonly #maxLineBytes: number;
  readonly #parser: EventSourceParser;
  readonly #handlers: EventHandlers;
  /** Created when bytes end within a line for the first time: most never do, and it is expensive to create. */
  #decoder: InstanceType<typeof TextDecoder> | undefined;
  /** Whether the latest bytes ended within a line, and so perhaps within a character. */
  #partial = false;
  /** The number of bytes of the incomplete line. */
  #lineBytes = 0;

  constructor(maxLineBytes: number, handlers: EventHandlers) {
    this.#maxLineBytes = maxLineBytes;
    this.#handlers = handlers;
    this.#parser = createParser({
      // A multi-line event may be as long as a single line. A character takes at least a byte.
      maxBufferSize: maxLineBytes,
      onEvent: (event) => {
        handlers.event(event);
      },
      onId: (id) => handlers.id?.(id),
      onError: ({ type }) => {
        if (type === 'max-buffer-size-exceeded') this.#refuse();
      },
    });
  }

  feed(bytes: Buffer): void {
    const fitting = this.#fitting(bytes);
    this.#parse(bytes.subarray(0, fitting));
    if (fitting < bytes.length) this.#refuse();
  }

  #parse(bytes: Buffer): void {
    if (bytes.length === 0) return;
    const whole = bytes[bytes.length - 1] === NEWLINE;
    if (whole && !this.#partial) this.#parser.feed(bytes.toString('utf8'));
    else {
      // The parser removes the byte order mark itself, and only one.
      this.#decoder ??= new TextDecoder('utf-8', { ignoreBOM: true });
      this.#partial = !whole;
      this.#parser.feed(this.#decoder.decode(bytes, { stream: true }));
    }
  }

  #refuse(): void {
    this.#handlers.tooLong(
      new ProtocolError(`A line or an event of the stream is longer than ${this.#maxLineBytes} bytes.`, {
        advice: 'Raise `maxLineBytes` if that is not a fault of the server.',
      }),
    );
  }

  /**
   * How many of these bytes precede a line that is too long. For short pieces, the bytes are not checked one by one.
   */
  #fitting(bytes: Buffer): number {
    const { length } = bytes;
    if (this.#lineBytes + length <= this.#maxLineBytes) {
      const last = bytes[length - 1] === NEWLINE ? length - 1 : bytes.lastIndexOf(NEWLINE);
      const end = Math.max(last, last === length - 1 ? last : bytes.lastIndexOf(RETURN));
      this.#lineBytes = length - 1 - end + (end < 0 ? this.#lineBytes : 0);
      return length;
    }
    let start = 0;
    for (let i = 0; i < length; i++) {
      const byte = bytes[i];
      if (byte === NEWLINE || byte === RETURN) {
        this.#lineBytes = 0;
        start = i + 1;
      } else if (++this.#lineBytes > this.#maxLineBytes) return start;
    }
    return length;
  }
}

/** The same bytes, with the methods of a buffer. */
export const toBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
