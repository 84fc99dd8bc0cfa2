// Text in a PNG, which says what the picture is to programs that read it.

const HEADER = 33 // bytes: the signature, and the first chunk of every PNG

/**
 * A PNG with text by its keywords, as chunks of the kind iTXt after its header.
 * @param {Uint8Array} png @param {Record<string, string>} texts
 */
export function withText(png, texts) {
  const chunks = Object.entries(texts).map(([keyword, text]) => chunk("iTXt", `${keyword}\0\0\0\0\0${text}`))
  const parts = [png.subarray(0, HEADER), ...chunks, png.subarray(HEADER)]
  const out = new Uint8Array(parts.reduce((total, {length}) => total + length, 0))
  let at = 0
  for (const part of parts) { out.set(part, at); at += part.length }
  return out
}

/** @param {string} kind @param {string} content */
function chunk(kind, content) {
  const data = new TextEncoder().encode(kind + content), out = new Uint8Array(data.length + 8)
  const view = new DataView(out.buffer)
  view.setUint32(0, data.length - kind.length)
  out.set(data, 4)
  view.setUint32(data.length + 4, checksum(data))
  return out
}

/**
 * CRC-32, the checksum of a chunk.
 * @param {Uint8Array} data
 */
function checksum(data) {
  let crc = 0xffffffff
  for (const byte of data) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
  }
  return (crc ^ 0xffffffff) >>> 0
}
