import { EventEmitter } from 'node:events';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Screen } from '../../../src/cli/terminal/Screen.ts';
import { emulateTerminal } from '../emulateTerminal.ts';

/** A terminal that records its output. */
class FakeTerminal extends EventEmitter {
  output = 'before';
  write(text: string): boolean {
    this.output += text;
    return true;
  }
}

function setUp() {
  const terminal = new FakeTerminal();
  return { terminal, screen: new Screen(terminal as unknown as NodeJS.WriteStream) };
}

const EVENTS = ['exit', 'uncaughtExceptionMonitor', 'SIGTSTP', 'SIGCONT'];
const listeners = (): number => EVENTS.reduce((sum, event) => sum + process.listenerCount(event), 0);

describe('Screen', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('should draw in place, and erase longer lines', () => {
    const { terminal, screen } = setUp();
    screen.open();
    screen.draw(['a long line', 'two', 'three']);
    screen.draw(['short', 'TWO']);
    expect(emulateTerminal(terminal.output)).toMatchObject({ alternate: true, cursor: false, wraps: false });
    expect(emulateTerminal(terminal.output).lines.slice(0, 4)).toEqual(['short', 'TWO', '', '']);
    screen.close();
  });

  it('should restore the terminal once, and remove all listeners', () => {
    const before = listeners();
    const { terminal, screen } = setUp();
    screen.open();
    expect(listeners()).toBe(before + EVENTS.length);
    screen.draw(['drawn']);
    screen.close();
    const { output } = terminal;
    screen.close();
    screen.draw(['too late']);
    expect(terminal.output).toBe(output);
    expect(emulateTerminal(output)).toMatchObject({ alternate: false, cursor: true, wraps: true });
    expect(emulateTerminal(output).lines[0]).toBe('before');
    expect(listeners()).toBe(before);
    expect(terminal.eventNames()).toEqual([]);
  });

  it('should restore the terminal before an uncaught error is printed', () => {
    const { terminal, screen } = setUp();
    screen.open();
    process.emit('uncaughtExceptionMonitor', new Error('a defect'));
    expect(emulateTerminal(terminal.output)).toMatchObject({ alternate: false, cursor: true, wraps: true });
  });

  it('should restore the terminal while the program is suspended, and draw all of it again afterwards', () => {
    const { terminal, screen } = setUp();
    const suspended: unknown[] = [];
    vi.spyOn(process, 'kill').mockImplementation((...how) => {
      suspended.push([...how, emulateTerminal(terminal.output)]);
      return true;
    });
    screen.open();
    screen.draw(['same']);
    process.emit('SIGTSTP');
    expect(suspended).toMatchObject([[process.pid, 'SIGSTOP', { alternate: false, cursor: true, wraps: true }]]);
    screen.draw(['by a timer that fires too early']);
    expect(emulateTerminal(terminal.output).lines[0]).toBe('before');
    process.emit('SIGCONT');
    process.emit('SIGCONT');
    expect(terminal.output.split('\u001b[?1049h')).toHaveLength(3);
    expect(emulateTerminal(terminal.output)).toMatchObject({ alternate: true, cursor: false, wraps: false });
    screen.draw(['same']);
    expect(emulateTerminal(terminal.output).lines.filter((line) => line !== '')).toEqual(['same']);
    screen.close();
  });

  it('should not rewrite unchanged lines until the size changes', () => {
    const { terminal, screen } = setUp();
    screen.open();
    screen.draw(['same']);
    const { output } = terminal;
    screen.draw(['same']);
    expect(terminal.output).toBe(output);
    terminal.emit('resize');
    screen.draw(['same']);
    expect(terminal.output.slice(output.length)).toContain('same');
    expect(emulateTerminal(terminal.output).lines.filter((line) => line !== '')).toEqual(['same']);
    screen.close();
  });
});
