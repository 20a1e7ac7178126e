import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/cli/CliError.ts';
import { baseUrlOption, numberOption, parseCommandLine, wordOption } from '../../src/cli/parseCommandLine.ts';

const OPTIONS = {
  model: { type: 'string', short: 'm', text: 'Which.' },
  raw: { type: 'boolean', text: 'As it is.' },
} as const;

describe('parseCommandLine', () => {
  it('should parse options in either form, and positional arguments', () => {
    expect(parseCommandLine(OPTIONS, ['-m', 'a', 'hello', '--raw'], 1)).toMatchObject({
      values: { model: 'a', raw: true },
      positionals: ['hello'],
    });
    expect(parseCommandLine(OPTIONS, ['--model=a', '--', '--raw'], 1)).toMatchObject({
      values: { model: 'a' },
      positionals: ['--raw'],
    });
  });

  it('should refuse unknown options and arguments in one sentence', () => {
    expect(() => parseCommandLine(OPTIONS, ['--nope'])).toThrow(new UsageError("Unknown option '--nope'."));
    expect(() => parseCommandLine(OPTIONS, ['-5+3?'], 1)).toThrow(
      new UsageError("Unknown option '-5'. Put arguments that start with a dash after --."),
    );
    expect(() => parseCommandLine(OPTIONS, ['--raw=1'])).toThrow(UsageError);
    expect(() => parseCommandLine(OPTIONS, ['--model'])).toThrow(
      new UsageError("Option '-m, --model <value>' argument missing."),
    );
    for (const name of ['--model', '-m']) {
      expect(() => parseCommandLine(OPTIONS, [name, '-5'])).toThrow(
        new UsageError(
          `Option '${name}' argument is ambiguous. If its value starts with a dash, write --model=<value>.`,
        ),
      );
    }
    expect(() => parseCommandLine(OPTIONS, ['a'])).toThrow('this command takes only options');
    expect(() => parseCommandLine(OPTIONS, ['a', 'b'], 1)).toThrow("Unexpected argument 'b'");
  });
});

describe('numberOption', () => {
  it('should take numbers in the range', () => {
    expect(numberOption('n', '20', { min: 1, max: 20 })).toBe(20);
    expect(numberOption('n', '0.5', { min: 0 })).toBe(0.5);
    expect(numberOption('n', '1e3', { min: 0, whole: true })).toBe(1_000);
  });

  it.each(['', ' ', 'x', '0', '21', 'NaN', '-1', 'Infinity', '1,5'])('should refuse %j', (text) => {
    expect(() => numberOption('n', text, { min: 1, max: 20 })).toThrow(
      new UsageError(`--n must be a number from 1 to 20, got '${text}'.`),
    );
  });

  it('should refuse fractions where a whole number is required', () => {
    expect(() => numberOption('n', '1.5', { min: 1, whole: true })).toThrow('a whole number from 1 up');
  });
});

describe('wordOption', () => {
  it('should take one of the words', () => {
    expect(wordOption('p', 'high', ['low', 'high'])).toBe('high');
    expect(() => wordOption('p', 'High', ['low', 'high'])).toThrow("--p must be one of low, high, got 'High'.");
  });
});

describe('baseUrlOption', () => {
  it('should take a base URL, or none', () => {
    expect(baseUrlOption('http://127.0.0.1:4070')).toBe('http://127.0.0.1:4070');
    expect(baseUrlOption(undefined)).toBeUndefined();
  });

  it.each(['', '127.0.0.1:4070', 'http://example.com'])('should refuse %j by the name of the option', (text) => {
    expect(() => baseUrlOption(text)).toThrow(UsageError);
    expect(() => baseUrlOption(text)).toThrow(/^The command line: `--base-url` must be .* The default is https:/);
  });
});
