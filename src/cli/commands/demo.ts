import { readFileSync } from 'node:fs';
import { takeUntil } from 'rxjs';
import { UsageError } from '../CliError.ts';
import type { Command, Context } from '../Command.ts';
import { askAll } from '../demo/askAll.ts';
import { Board } from '../demo/Board.ts';
import { liveStage } from '../demo/liveStage.ts';
import { liveTasks } from '../demo/liveTasks.ts';
import { Row } from '../demo/Row.ts';
import type { Stage } from '../demo/Stage.ts';
import { showAsLines } from '../demo/showAsLines.ts';
import { showOnScreen } from '../demo/showOnScreen.ts';
import { simulatedStage } from '../demo/simulatedStage.ts';
import { summary } from '../demo/summary.ts';
import { readTasks } from '../demo/Task.ts';
import { packageFile } from '../packageFile.ts';
import { numberOption, type OptionSpecs, parseCommandLine } from '../parseCommandLine.ts';
import { requireKey } from '../requireKey.ts';
import { exitCodeOf } from '../stopSignal.ts';
import { paletteFor } from '../terminal/palette.ts';
import { whenAborted } from '../whenAborted.ts';

/** Beyond this the delays of this machine, which are not sped up, would look like seconds of network. */
const FASTEST = 50;

const OPTIONS = {
  live: { type: 'boolean', text: 'Sends a few of the questions to Groq, with your key.' },
  speed: { type: 'string', value: 'n', text: `How many times faster the clock runs, 1 to ${FASTEST}. Default: 20` },
  plain: { type: 'boolean', text: 'Prints plain lines, as without a terminal.' },
} as const satisfies OptionSpecs;

/** `rxgroq demo`: many questions at once, under the limits of the free plan. */
export const demo: Command = {
  name: 'demo',
  summary: 'Sends 60 questions at once, within the limits of the free plan.',
  usage: '[options]',
  details: ['It uses a local simulator and needs no key, except with --live.', 'Ctrl-C cancels.'],
  options: OPTIONS,

  async run(args, context) {
    const { values } = parseCommandLine(OPTIONS, args);
    const { live = false, plain = false, speed } = values;
    if (live && speed !== undefined) throw new UsageError('--speed cannot be combined with --live.');
    const factor = numberOption('speed', speed ?? '20', { min: 1, max: FASTEST });
    const all = readTasks(readFileSync(packageFile('examples/prompts.jsonl'), 'utf8'));
    const stage = live ? await liveStage(requireKey(context.env)) : await simulatedStage(factor);
    const tasks = live ? liveTasks(all) : all;

    const board = new Board(tasks.map((task) => new Row(task, stage.now())));
    try {
      await show(board, stage, plain, context);
      context.stdout.write(`${summary(board, stage, paletteFor(context.stdout)).join('\n')}\n`);
    } finally {
      await stage.close();
    }
    return exitCodeOf(context.signal, board.count('failed') === 0 ? 0 : 1);
  },
};

async function show(board: Board, stage: Stage, plain: boolean, { stdout, env, signal }: Context): Promise<void> {
  const ended$ = askAll(stage, board).pipe(takeUntil(whenAborted(signal)));
  const canDraw = stdout.isTTY && env['TERM'] !== 'dumb' && !plain;
  await (canDraw ? showOnScreen : showAsLines)(ended$, board, stage, stdout);
}
