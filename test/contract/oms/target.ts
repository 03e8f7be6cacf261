/** A bucket that a sync task of the suite reads or writes, and the keys for it. */
export interface TargetBucket {
  readonly name: string;
  readonly region: string;
  /** Address of the object store that holds it. */
  readonly endpoint: string;
  readonly accessKey: string;
  readonly secretKey: string;
}

interface TargetCredentials {
  readonly accessKey: string;
  readonly secretKey: string;
  /** Set with temporary keys. */
  readonly securityToken?: string;
}

/** An OMS under test: the local one or the real one. */
export interface Target {
  /** Name for tests and for printed lines. */
  readonly name: string;
  /** Address of OMS, without a path. */
  readonly endpoint: string;
  readonly projectId: string;
  readonly credentials: TargetCredentials;
  /** Both in OBS, and both nothing but test buckets. */
  readonly source: TargetBucket;
  readonly destination: TargetBucket;
  /** Milliseconds that a copy, or a change of state, may take, and those between two looks at it. */
  readonly patience: number;
  readonly interval: number;
  /** Says what is about to be done, and what was found out. Is never given a secret. */
  readonly say: (line: string) => void;
}

export interface RunningTarget extends Target {
  readonly stop: () => Promise<void>;
}

/** Everything that no line and no failed assertion may show. */
export function secretsOf({ credentials, source, destination }: Target): readonly string[] {
  const secrets = [
    credentials.secretKey,
    credentials.securityToken,
    ...[source, destination].flatMap(({ accessKey, secretKey }) => [secretKey, accessKey]),
  ];
  return [...new Set(secrets.filter((secret) => secret !== undefined && secret !== ''))] as string[];
}
