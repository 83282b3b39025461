import { assert } from "@assay/primitives/assert";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });
const FIRST_SIZE = 4_096;

/** Writes a fixed-order, big-endian encoding into a buffer that grows. */
export class ByteWriter {
  #bytes = new Uint8Array(FIRST_SIZE);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  uint16(value: number): void {
    // The room first: making it may put another view in place.
    const at = this.#reserve(2);
    this.#view.setUint16(at, value);
  }

  uint32(value: number): void {
    const at = this.#reserve(4);
    this.#view.setUint32(at, value);
  }

  /** A whole number up to 2^53 − 1, in eight bytes. */
  uint53(value: number): void {
    const at = this.#reserve(8);
    this.#view.setUint32(at, Math.floor(value / 2 ** 32));
    this.#view.setUint32(at + 4, value >>> 0);
  }

  uint128(value: bigint): void {
    assert(value >= 0n && value < 1n << 128n, "the value fits 16 bytes");
    const at = this.#reserve(16);
    this.#view.setBigUint64(at, value >> 64n);
    this.#view.setBigUint64(at + 8, value & 0xffff_ffff_ffff_ffffn);
  }

  /** Its length in two bytes, then UTF-8. */
  text(value: string): void {
    // UTF-8 takes at most three bytes for each UTF-16 unit.
    this.#makeRoom(2 + value.length * 3);
    const { written } = encoder.encodeInto(value, this.#bytes.subarray(this.#length + 2));
    assert(written < 2 ** 16, "the text fits its length field");
    this.#view.setUint16(this.#length, written);
    this.#length += 2 + written;
  }

  /** What was written so far; valid until the next write. */
  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #reserve(size: number): number {
    this.#makeRoom(size);
    const at = this.#length;
    this.#length += size;
    return at;
  }

  #makeRoom(size: number): void {
    if (this.#length + size <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + size));
    grown.set(this.#bytes);
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

/** Reads what {@link ByteWriter} wrote. @throws RangeError or TypeError past the end or on bad UTF-8. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get atEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  uint16(): number {
    return this.#view.getUint16(this.#advance(2));
  }

  uint32(): number {
    return this.#view.getUint32(this.#advance(4));
  }

  uint53(): number {
    const at = this.#advance(8);
    return this.#view.getUint32(at) * 2 ** 32 + this.#view.getUint32(at + 4);
  }

  uint128(): bigint {
    const at = this.#advance(16);
    return (this.#view.getBigUint64(at) << 64n) | this.#view.getBigUint64(at + 8);
  }

  text(): string {
    const size = this.uint16();
    const at = this.#advance(size);
    if (this.#at > this.#bytes.length) throw new RangeError("the text is cut short");
    return decoder.decode(this.#bytes.subarray(at, this.#at));
  }

  #advance(size: number): number {
    const at = this.#at;
    this.#at += size;
    return at;
  }
}
