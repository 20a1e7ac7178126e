/** Options of a client's connections. */
export interface ConnectionOptions {
  /**
   * The maximum length of a line of a stream, in bytes. A longer one ends the answer with a {@link ProtocolError}.
   * Minimum: 1.
   *
   * @default 1_048_576
   */
  readonly maxLineBytes?: number | undefined;
  /**
   * The maximum length of the body of an answer, in bytes. A longer one ends the answer with a {@link ProtocolError}.
   * Answers are not compressed. Minimum: 1.
   *
   * @default 67_108_864
   */
  readonly maxResponseBytes?: number | undefined;
  /**
   * Whether to offer HTTP/2, where all requests share one connection. Not for prompts of more than about 50 kB: Node
   * fails requests of one connection that are not written yet if they exceed ten megabytes together, and the connection
   * may hang when long requests are cancelled while they are written.
   *
   * @default false
   */
  readonly http2?: boolean | undefined;
}
