/**
 * A bucket of OBS: 3 to 63 lower-case letters, digits, hyphens and periods, a letter or digit at both ends, no period
 * beside a period or hyphen, and no IP address. So it is never a pattern: `*` in a policy is every bucket.
 *
 * @see https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0021.html
 */
export const OBS_BUCKET_NAME = /^(?!\d{1,3}(?:\.\d{1,3}){3}$)(?!.*(?:\.\.|\.-|-\.))[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** A bucket of any cloud, never a path, a host or a pattern. Old buckets of AWS have capitals and underscores. */
export const BUCKET_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{2,62}$/;

/** The rule of OBS_BUCKET_NAME in words, for messages. */
export const OBS_BUCKET_RULE = '3 to 63 lower-case letters, digits, hyphens and periods, as OBS has it';

/** Matches the `hostname` of a URL that stays on this machine, where http is no risk. */
const LOOPBACK = /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** @param hostname of a URL, an IPv6 address in brackets */
export function isLoopbackHost(hostname: string): boolean {
  return LOOPBACK.test(hostname);
}

/** A region, for example `cn-north-4`: one DNS label, so that it cannot name another host. */
export const REGION_NAME = /^(?=.{3,63}$)[a-z]+(?:-[a-z0-9]+)+$/;
