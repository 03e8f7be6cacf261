/** The codings of a Content-Encoding header, in lower case. */
export function codingsOf(header: string | undefined): readonly string[] {
  return (header ?? '').split(',').map((coding) => coding.trim().toLowerCase());
}

/** `aws-chunked` describes how a body travelled, not what was stored; everything else stays as it came. */
export function withoutAwsChunked(header: string | undefined): string | undefined {
  if (!codingsOf(header).includes('aws-chunked')) return header;
  return header
    ?.split(',')
    .filter((coding) => coding.trim().toLowerCase() !== 'aws-chunked')
    .join(',')
    .trim();
}
