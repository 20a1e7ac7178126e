import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parseMarbleDiagramSpecification } from '@swirly/parser';
import { renderMarbleDiagram } from '@swirly/renderer-node';
import { lightStyles } from '@swirly/theme-default-light';

const styles = { ...lightStyles, stream_title_width: 150 };

/** Draws a marble text. */
export const draw = (text: string): string =>
  `${renderMarbleDiagram(parseMarbleDiagramSpecification(text), { styles }).xml.trim()}\n`;

/** Draws every text of this folder beside it: `node marbles/draw.ts`. */
if (import.meta.main) {
  for (const file of readdirSync(import.meta.dirname).filter((name) => name.endsWith('.txt'))) {
    const path = `${import.meta.dirname}/${file}`;
    writeFileSync(path.replace(/\.txt$/, '.svg'), draw(readFileSync(path, 'utf8')));
  }
}
