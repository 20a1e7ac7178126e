/** The headers of an answer by their names in lower case. One that came more than once is a list. */
export type WireHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;
