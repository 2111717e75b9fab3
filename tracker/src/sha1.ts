const rotate = (value: number, bits: number): number => (value << bits) | (value >>> (32 - bits));

/**
 * First eight hex digits of SHA-1 of an ASCII text, as hosts and cookie paths are. Cookie names contain
 * a part of them, and they are needed at once: the hash of the browser is asynchronous and absent on http pages.
 */
export const shortSha1 = (text: string): string => {
  const words: number[] = [];
  for (let i = 0; i <= text.length; i++) {
    // Behind the last character there is none, which is where the padding starts.
    words[i >> 2]! |= (text.charCodeAt(i) || 128) << (24 - (i % 4) * 8);
  }
  words[((text.length + 72) >> 6) * 16 - 1] = text.length * 8;
  let hash = [0x67452301, 0xefcdab89, ~0x67452301, ~0xefcdab89, 0xc3d2e1f0];
  for (let block = 0; block < words.length; block += 16) {
    const w: number[] = [];
    let state = hash;
    for (let i = 0; i < 80; i++) {
      const [a, b, c, d, e] = state as [number, number, number, number, number];
      w[i] = i < 16 ? words[block + i]! | 0 : rotate(w[i - 3]! ^ w[i - 8]! ^ w[i - 14]! ^ w[i - 16]!, 1);
      const round = [
        ((b & c) | (~b & d)) + 0x5a827999,
        (b ^ c ^ d) + 0x6ed9eba1,
        ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc,
        (b ^ c ^ d) + 0xca62c1d6,
      ][(i / 20) | 0]!;
      state = [(rotate(a, 5) + e + w[i]! + round) | 0, a, rotate(b, 30), c, d];
    }
    hash = hash.map((value, i) => (value + state[i]!) | 0);
  }
  return (hash[0]! >>> 0).toString(16).padStart(8, '0');
};
