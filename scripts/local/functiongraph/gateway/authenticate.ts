import type { Accounts } from '../../accounts.ts';
import { type SignedRequest, verifySdkHmac } from '../../sdk-hmac.ts';
import { sameText } from '../../sigv4.ts';
import type { GatewayOptions } from './options.ts';
import { type GatewayProblem, PROBLEMS } from './problems.ts';

/**
 * The problem of a request, if any. Signed requests pass IAM and APP routes, as the local app has the key pair of the
 * local account; an AppCode passes APP routes only, a token of IAM passes IAM routes only.
 * @see https://support.huaweicloud.com/intl/en-us/devg-apig/apig-dev-180307013.html (AppCode)
 * @see https://support.huaweicloud.com/intl/en-us/devg-apig/apig-dev-180307020.html (IAM: token, or AK/SK)
 */
export function authenticate(
  auth: 'IAM' | 'APP' | 'NONE',
  request: SignedRequest,
  options: Pick<GatewayOptions, 'appCode' | 'tokens'> & { readonly accounts: Accounts; readonly now: () => number },
): GatewayProblem | undefined {
  if (auth === 'NONE') return undefined;
  const refused = auth === 'APP' ? PROBLEMS.app : PROBLEMS.iam;
  const code = request.headers['x-apig-appcode'];
  if (auth === 'APP' && code !== undefined) {
    return typeof code === 'string' && sameText(code, options.appCode) ? undefined : refused;
  }
  const token = request.headers['x-auth-token'];
  if (auth === 'IAM' && typeof token === 'string' && request.headers.authorization === undefined) {
    return options.tokens?.has(token) ? undefined : refused;
  }
  const verdict = verifySdkHmac(request, (accessKey) => options.accounts.find(accessKey), options.now());
  return verdict.ok ? undefined : refused;
}
