import { FILES } from './files.ts';
import { STREAMS } from './streams.ts';
import { TEXTS } from './texts.ts';

/** All readers of external input. */
export const TARGETS = [...STREAMS, ...TEXTS, ...FILES];
