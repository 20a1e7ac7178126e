/** Counts the tokens of a text. */
export type CountText = (text: string) => number;
