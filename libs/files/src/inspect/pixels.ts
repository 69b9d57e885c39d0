/** A browser unpacks four bytes a pixel: 200 million are 800 MB. Scans of A0 plans have some 140 million. */
const MOST_PIXELS = 200_000_000

/** Whether a picture of a kind that compresses without bounds claims more pixels than a viewer should unpack. */
export function expandsTooFar(mediaType: string, head: Buffer): boolean {
  if (mediaType === 'image/png' && head.length >= 24) return head.readUInt32BE(16) * head.readUInt32BE(20) > MOST_PIXELS
  if (mediaType === 'image/gif' && head.length >= 10) return head.readUInt16LE(6) * head.readUInt16LE(8) > MOST_PIXELS
  return false
}
