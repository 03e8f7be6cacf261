import type { Accounts } from '../../accounts.ts';
import { type SignedRequest, sameText, verifySdkHmac } from '../../sdk-hmac.ts';
import { type GatewayProblem, PROBLEMS } from './problems.ts';

/**
 * Decides whether a request may pass. Signed requests pass both IAM and APP routes: the local app has the same key
 * pair as the local account. An AppCode passes APP routes only.
 *
 * @returns the problem, or undefined when the request may pass
 * @see https://support.huaweicloud.com/intl/en-us/devg-apig/apig-dev-180307013.html (AppCode)
 */
export function authenticate(
  auth: 'IAM' | 'APP' | 'NONE',
  request: SignedRequest,
  options: { readonly accounts: Accounts; readonly appCode: string; readonly now: () => number },
): GatewayProblem | undefined {
  if (auth === 'NONE') return undefined;
  const refused = auth === 'APP' ? PROBLEMS.app : PROBLEMS.iam;
  const code = request.headers['x-apig-appcode'];
  if (auth === 'APP' && code !== undefined) {
    return typeof code === 'string' && sameText(code, options.appCode) ? undefined : refused;
  }
  const verdict = verifySdkHmac(request, (accessKey) => options.accounts.find(accessKey), options.now());
  return verdict.ok ? undefined : refused;
}
