import { FILES } from './files.ts';
import { STREAMS } from './streams.ts';
import { TEXTS } from './texts.ts';

/** Everything that reads what comes from outside. */
export const TARGETS = [...STREAMS, ...TEXTS, ...FILES];
