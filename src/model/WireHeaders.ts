/** The headers of an answer, by lower-case name. A header that occurs more than once is a list. */
export type WireHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;
