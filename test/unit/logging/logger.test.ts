import { describe, expect, it } from 'vitest';
import { LOG_LEVELS, Logger, type LogLevel } from '#shared/logging/logger.ts';
import { captureLog } from '../../helpers/log-lines.ts';

function collecting(options: { level?: LogLevel; fields?: Record<string, unknown> } = {}) {
  const lines: string[] = [];
  const logger = new Logger({ ...options, write: (_level, line) => lines.push(line), now: () => 0 });
  return { logger, lines, last: () => JSON.parse(lines.at(-1) ?? 'null') };
}

describe('Logger', () => {
  it('writes one JSON object per line with level, time and the fields of every line', () => {
    const { logger, last } = collecting({ fields: { request_id: 'r-1' } });

    logger.info('summary', { records: 3 });

    expect(last()).toEqual({
      level: 'info',
      time: '1970-01-01T00:00:00.000Z',
      message: 'summary',
      request_id: 'r-1',
      records: 3,
    });
  });

  it.each(LOG_LEVELS)('drops what is below level %s', (level) => {
    const { logger, lines } = collecting({ level });

    for (const each of LOG_LEVELS) logger[each]('line');

    expect(lines.map((line) => JSON.parse(line).level)).toEqual(LOG_LEVELS.slice(LOG_LEVELS.indexOf(level)));
  });

  it('sends errors to stderr and the rest to stdout, through the console', () => {
    const log = captureLog();
    const logger = new Logger({ level: 'debug' });

    for (const level of LOG_LEVELS) logger[level]('line');

    log.restore();
    expect(log.parsed().map((line) => line.level)).toEqual(['debug', 'info', 'warn', 'error']);
  });

  it('prints percent signs as they are', () => {
    const log = captureLog();

    new Logger().info('100%s %d %o %%');

    log.restore();
    expect(log.parsed()[0].message).toBe('100%s %d %o %%');
  });

  it('never breaks a line, whatever a field holds', () => {
    const { logger, lines } = collecting();
    const breakers = 'a\nb\r\nc\u0085d\u2028e\u2029f\u000bg\u000ch\u0000i\u007f';

    logger.info(breakers, { key: breakers, [breakers]: 1, error: new Error(breakers) });

    expect(lines[0]).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
    expect(JSON.parse(lines[0] ?? '').key).toBe(breakers);
  });

  it('writes a lone surrogate as an escape', () => {
    const { logger, lines } = collecting();

    logger.info('key', { key: 'a\ud800b' });

    expect(lines[0]).toContain('a\\ud800b');
  });

  it.each([
    'src_sk',
    'dstAk',
    'X-Security-Token',
    'authorization',
    'OMS_SECRET_KEY',
    'authentication_key',
    'password',
    'X-Apig-AppCode',
  ])('redacts a field called %s at any depth', (name) => {
    const { logger, lines } = collecting();

    logger.info('line', { [name]: 'hidden-1', deep: [{ deeper: { [name]: { nested: 'hidden-2' } } }] });

    expect(lines[0]).not.toContain('hidden');
    expect(lines[0]).toContain('[redacted]');
  });

  it('keeps fields whose name only resembles a secret', () => {
    const { logger, last } = collecting();

    logger.info('line', { key: 'a/b.txt', task: 'x', sequencer: '1', object_keys: ['k'] });

    expect(last()).toMatchObject({ key: 'a/b.txt', task: 'x', sequencer: '1', object_keys: ['k'] });
  });

  it('conceals known secrets wherever they appear, also in loggers derived before and after', () => {
    const { logger, lines } = collecting();
    const early = logger.with({ a: 1 });
    logger.conceal(['s3cr3t-value', undefined, '']);

    early.info('x s3cr3t-value y');
    logger.with({ note: 'prefix-s3cr3t-value' }).error('bad', {
      error: new Error('refused s3cr3t-value', { cause: new Error('s3cr3t-value') }),
      's3cr3t-value': 1,
    });

    expect(lines.join('')).not.toContain('s3cr3t-value');
    expect(lines).toHaveLength(2);
  });

  it('conceals a secret that is percent-encoded, as in a key, and leaves other escapes alone', () => {
    const { logger, last } = collecting();
    const secret = 'sec/ret+key';
    logger.conceal([secret]);

    logger.info('m', { full: `k=${encodeURIComponent(secret)}`, odd: '%73ec%2fret%2bkey', other: 'a%2Fb 100%' });

    expect(last()).toMatchObject({ full: '[redacted]', odd: '[redacted]', other: 'a%2Fb 100%' });
  });

  it('redacts a text for other places than the log, with all that it knows by now', () => {
    const { logger } = collecting();
    const derived = logger.with({ a: 1 });
    logger.conceal(['first-secret']);
    derived.conceal(['second-secret', 'abc']);

    expect(logger.redact('first-secret, second-secret, abc')).toBe('[redacted], [redacted], abc');
    expect(logger.redact('nothing')).toBe('nothing');
  });

  it('conceals a secret that lies across the place where a long text is cut', () => {
    const { logger, lines } = collecting();
    logger.conceal(['SECRETSECRETSECRET']);

    logger.info('line', { text: `${'x'.repeat(4090)}SECRETSECRETSECRET` });

    expect(lines[0]).not.toContain('SECRET');
  });

  it('writes of an error what an engineer needs, its causes too, and no foreign property', () => {
    const { logger, last } = collecting();
    const error = Object.assign(new Error('outer', { cause: new TypeError('inner') }), {
      code: 'E1',
      status: 400,
      omsErrorCode: 'OMS.0001',
      config: { headers: { authorization: 'hidden' } },
    });

    logger.error('failed', { error });

    const written = last().error;
    expect(written).toMatchObject({
      name: 'Error',
      message: 'outer',
      code: 'E1',
      status: 400,
      omsErrorCode: 'OMS.0001',
    });
    expect(written.cause).toMatchObject({ name: 'TypeError', message: 'inner' });
    expect(written.stack[0]).toMatch(/^at /);
    expect(written).not.toHaveProperty('config');
  });

  it('never quotes the text of a syntax error', () => {
    const { logger, lines } = collecting();
    let error: unknown;
    try {
      JSON.parse('{"src_sk": "hidden"');
    } catch (thrown) {
      error = thrown;
    }

    logger.error('failed', { error });

    expect(lines[0]).not.toContain('hidden');
    expect(JSON.parse(lines[0] ?? '').error.name).toBe('SyntaxError');
  });

  it('stays below the length at which the platform splits lines', () => {
    const { logger, lines, last } = collecting({ fields: { request_id: 'r-1' } });

    logger.info('long', { many: Array.from({ length: 90 }, () => 'é'.repeat(4000)) });
    expect(Buffer.byteLength(lines[0] ?? '')).toBeLessThan(90 * 1024);
    expect(last()).toMatchObject({ message: 'long', request_id: 'r-1', truncated: expect.any(Number) });

    logger.info('long list', { many: Array.from({ length: 5000 }, (_, index) => index) });
    expect(last().many.at(-1)).toBe('[4900 more]');
  });

  it('writes what JSON cannot hold', () => {
    const { logger, last } = collecting();
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;

    logger.info('line', {
      big: 9223372036854775807n,
      nan: Number.NaN,
      date: new Date(0),
      bytes: new Uint8Array(3),
      run: () => 1,
      never: undefined,
      circular,
    });

    expect(last()).toMatchObject({
      big: '9223372036854775807',
      nan: 'NaN',
      date: '1970-01-01T00:00:00.000Z',
      bytes: '[3 bytes]',
      run: '[function]',
    });
    expect(JSON.stringify(last().circular)).toContain('[deeper]');
  });
});
