const rotate = (value: number, bits: number): number => (value << bits) | (value >>> (32 - bits));

/**
 * SHA-1 as lower-case hex. Cookie names contain a part of it, and they are needed at once:
 * the hash of the browser is asynchronous and absent on http pages.
 */
export function sha1(text: string): string {
  const bytes = new TextEncoder().encode(text);
  const length = bytes.length;
  const words = new Int32Array((((length + 8) >> 6) + 1) * 16);
  const put = (at: number, byte: number) => {
    words[at >> 2]! |= byte << (24 - (at % 4) * 8);
  };
  bytes.forEach((byte, at) => put(at, byte));
  put(length, 128);
  words[words.length - 1] = length * 8;
  const hash = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];
  for (let block = 0; block < words.length; block += 16) {
    const w = Array.from(words.subarray(block, block + 16));
    let [a, b, c, d, e] = hash as [number, number, number, number, number];
    for (let i = 0; i < 80; i++) {
      if (i > 15) {
        w[i] = rotate(w[i - 3]! ^ w[i - 8]! ^ w[i - 14]! ^ w[i - 16]!, 1);
      }
      const round =
        i < 20
          ? ((b & c) | (~b & d)) + 0x5a827999
          : i < 40
            ? (b ^ c ^ d) + 0x6ed9eba1
            : i < 60
              ? ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc
              : (b ^ c ^ d) + 0xca62c1d6;
      const next = (rotate(a, 5) + e + w[i]! + round) | 0;
      e = d;
      d = c;
      c = rotate(b, 30);
      b = a;
      a = next;
    }
    [a, b, c, d, e].forEach((value, i) => {
      hash[i] = (hash[i]! + value) | 0;
    });
  }
  return hash.map((value) => (value >>> 0).toString(16).padStart(8, '0')).join('');
}
