import { loadServerless } from '../../scripts/serverless/load.ts';

/** A file with one function that nothing is wrong with. */
export const RIGHT_FUNCTION = { handler: 'index.handler', package: { artifact: 'f.zip' } };

/**
 * Problems of a serverless.yml.
 *
 * @returns `right`, or the message of the error
 */
export async function saidOfFile(provider: object, functions: object, custom: object = {}): Promise<string> {
  // JSON is YAML.
  const text = JSON.stringify({ service: 'checked', provider: { stage: 'dev', ...provider }, functions, custom });
  try {
    await loadServerless('dev', {}, { text });
    return 'right';
  } catch (error) {
    return (error as Error).message;
  }
}
