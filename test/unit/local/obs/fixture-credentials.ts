/** The one account of the stores under test. */
export const CREDENTIALS = { accessKey: 'TEST', secretKey: 'secret' };
