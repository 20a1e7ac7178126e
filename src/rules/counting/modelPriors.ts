import type { ModelId } from '../../model/Models.ts';
import type { Belief, Prior } from './Calibration.ts';

const about = (mean: number, deviation: number): Belief => ({ mean, deviation });

/** The prior of an unknown model. Wide, so that the first bounds hold. */
const UNKNOWN: Prior = {
  prompt: about(15, 40),
  instructions: about(5, 15),
  turns: about(5, 2),
  text: about(1, 0.08),
  wideCharacters: about(0.15, 0.25),
  tools: about(150, 200),
  furtherTools: about(5, 8),
  toolText: about(1.1, 0.2),
  toolSpacing: about(0.6, 0.5),
  mustCall: about(10, 15),
  mustNotCall: about(20, 20),
  calls: about(12, 8),
  callText: about(1.1, 0.2),
  json: about(15, 25),
  schemaText: about(1, 0.4),
  images: about(1, 0.1),
  documents: about(1, 0.4),
};

/**
 * The priors that the recorded requests show for each family of models. The first matching pattern is used.
 *
 * In all of them the header of a message takes about five tokens: a marker, the role, a marker, a line end, an end
 * marker.
 */
const FAMILIES: readonly (readonly [RegExp, Partial<Prior>])[] = [
  [/guard/, { prompt: about(180, 40), instructions: about(-70, 60) }],
  // Llama 3.1 and later always have a system message, with dates in it.
  [
    /llama-3\.\d/,
    {
      prompt: about(35, 1),
      instructions: about(0, 1),
      text: about(1, 0.05),
      tools: about(138, 8),
      furtherTools: about(10, 4),
      toolText: about(0.97, 0.05),
      toolSpacing: about(0, 0.1),
      mustCall: about(18, 6),
      mustNotCall: about(27, 8),
      calls: about(8, 3),
      callText: about(1, 0.1),
      json: about(16, 6),
    },
  ],
  [/deepseek-r1-distill/, { prompt: about(3, 1), instructions: about(0, 1), turns: about(1, 1), tools: about(70, 30) }],
  [/llama3/, { prompt: about(10, 1), instructions: about(5, 1) }],
  [
    /llama-4/,
    {
      prompt: about(10, 1),
      instructions: about(5, 1),
      tools: about(640, 30),
      furtherTools: about(-6, 4),
      toolText: about(1, 0.1),
      toolSpacing: about(0, 0.1),
      mustCall: about(10, 6),
      images: about(1, 0.05),
    },
  ],
  [
    /qwen/,
    {
      prompt: about(8, 2),
      instructions: about(5, 1),
      turns: about(8, 5),
      tools: about(80, 5),
      furtherTools: about(0, 1),
      toolText: about(1, 0.03),
      toolSpacing: about(1, 0.1),
      mustCall: about(0, 2),
      images: about(1, 0.02),
    },
  ],
  // If the caller gives no instructions, Kimi has its own.
  [
    /kimi/,
    {
      prompt: about(25, 0.5),
      instructions: about(-14, 0.5),
      turns: about(8, 5),
      tools: about(12, 1),
      furtherTools: about(0, 0.5),
      toolText: about(1, 0.02),
      toolSpacing: about(1, 0.05),
      mustCall: about(0, 1),
    },
  ],
  // The results of Compound's own tools become part of its prompts.
  [/compound/, { prompt: about(4_000, 4_000) }],
];

/** The prior of a model, used until Groq has reported prompts. */
export function priorOf(model: ModelId): Prior {
  const family = FAMILIES.find(([pattern]) => pattern.test(model.toLowerCase()));
  return { ...UNKNOWN, ...family?.[1] };
}
