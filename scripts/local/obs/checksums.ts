import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

export interface Digest {
  update(data: Buffer): void;
  base64(): string;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html */
const ALGORITHMS: Readonly<Record<string, () => Digest>> = {
  'x-amz-checksum-crc32': () => {
    let value = 0;
    return {
      update: (data) => {
        value = crc32(data, value);
      },
      base64: () => uint32(value),
    };
  },
  'x-amz-checksum-crc32c': () => {
    let value = 0xffffffff;
    return {
      update: (data) => {
        value = crc32cUpdate(value, data);
      },
      base64: () => uint32(~value >>> 0),
    };
  },
  'x-amz-checksum-crc64nvme': crc64nvme,
  'x-amz-checksum-sha1': () => hash('sha1'),
  'x-amz-checksum-sha256': () => hash('sha256'),
};

export function checksumOf(header: string): Digest | undefined {
  return Object.hasOwn(ALGORITHMS, header) ? ALGORITHMS[header]?.() : undefined;
}

export const CHECKSUM_HEADERS: readonly string[] = Object.keys(ALGORITHMS);

function hash(algorithm: string): Digest {
  const state = createHash(algorithm);
  return {
    update: (data) => {
      state.update(data);
    },
    base64: () => state.digest('base64'),
  };
}

function uint32(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes.toString('base64');
}

/** Castagnoli polynomial, reflected. */
const CRC32C_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value >>> 0;
});

function crc32cUpdate(start: number, data: Buffer): number {
  let value = start;
  for (const byte of data) value = (CRC32C_TABLE[(value ^ byte) & 0xff] ?? 0) ^ (value >>> 8);
  return value >>> 0;
}

const CRC64_POLYNOMIAL = 0x9a6c9329ac4bc9b5n;
let crc64Tables: { readonly high: Uint32Array; readonly low: Uint32Array } | undefined;

/** 64-bit CRC of the NVMe specification, in two halves because bit operations on numbers have 32 bits. */
function crc64nvme(): Digest {
  crc64Tables ??= buildCrc64Tables();
  const tables = crc64Tables;
  let high = 0xffffffff;
  let low = 0xffffffff;
  return {
    update: (data) => {
      for (const byte of data) {
        const index = (low ^ byte) & 0xff;
        low = ((low >>> 8) | (high << 24)) ^ (tables.low[index] ?? 0);
        high = (high >>> 8) ^ (tables.high[index] ?? 0);
      }
    },
    base64: () => {
      const bytes = Buffer.alloc(8);
      bytes.writeUInt32BE(~high >>> 0, 0);
      bytes.writeUInt32BE(~low >>> 0, 4);
      return bytes.toString('base64');
    },
  };
}

function buildCrc64Tables(): { readonly high: Uint32Array; readonly low: Uint32Array } {
  const high = new Uint32Array(256);
  const low = new Uint32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    let value = BigInt(byte);
    for (let bit = 0; bit < 8; bit++) value = value & 1n ? (value >> 1n) ^ CRC64_POLYNOMIAL : value >> 1n;
    high[byte] = Number(value >> 32n);
    low[byte] = Number(value & 0xffffffffn);
  }
  return { high, low };
}
