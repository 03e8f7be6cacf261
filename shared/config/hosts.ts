/** Matches the `hostname` of a URL that stays on this machine, where http is no risk. */
const LOOPBACK = /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** @param hostname of a URL, an IPv6 address in brackets */
export function isLoopbackHost(hostname: string): boolean {
  return LOOPBACK.test(hostname);
}

/** A region, for example `cn-north-4`: one DNS label, so that it cannot name another host. */
export const REGION_NAME = /^(?=.{3,63}$)[a-z]+(?:-[a-z0-9]+)+$/;
