import { styleText } from 'node:util';

/** Colours a text, or leaves it as it is. */
type Paint = (text: string) => string;

/** What is drawn in which colour. */
export interface Palette {
  readonly strong: Paint;
  readonly faint: Paint;
  readonly good: Paint;
  readonly warning: Paint;
  readonly bad: Paint;
  readonly high: Paint;
  readonly normal: Paint;
  readonly low: Paint;
  readonly background: Paint;
}

/** The colours for a stream: none unless it is a terminal, and as `NO_COLOR` and `FORCE_COLOR` say. */
export function paletteFor(stream: NodeJS.WriteStream): Palette {
  const paint =
    (format: Parameters<typeof styleText>[0]): Paint =>
    (text) =>
      styleText(format, text, { stream });
  return {
    strong: paint('bold'),
    faint: paint('dim'),
    good: paint('green'),
    warning: paint('yellow'),
    bad: paint('red'),
    high: paint('magenta'),
    normal: paint('cyan'),
    low: paint('blue'),
    background: paint('gray'),
  };
}
