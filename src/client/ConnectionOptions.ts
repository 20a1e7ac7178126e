/** How a client's connections are made and read. */
export interface ConnectionOptions {
  /**
   * How long a line of a stream may be, in bytes. A longer one ends it with a {@link ProtocolError}. Minimum: 1.
   *
   * @default 1_048_576
   */
  readonly maxLineBytes?: number | undefined;
  /**
   * How long the body of an answer may be, in bytes. A longer one ends it with a {@link ProtocolError}. Answers do not
   * come compressed. Minimum: 1.
   *
   * @default 67_108_864
   */
  readonly maxResponseBytes?: number | undefined;
  /**
   * Whether to offer HTTP/2, with which all requests share one connection.
   *
   * @default false
   */
  readonly http2?: boolean | undefined;
}
