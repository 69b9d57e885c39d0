const MOST_FILES = 200
const MOST_BYTES = 30_000_000
const END = 0x06054b50
const ENTRY = 0x02014b50
const END_LENGTH = 22
const ENTRY_LENGTH = 46
const MOST_COMMENT = 65_535

/** Why a ZIP archive is not opened: it is none, or would unpack to more than a workbook ever holds. */
export function zipProblem(file: Buffer): { ja: string; en: string } | null {
  const sizes = unpackedSizes(file)
  if (sizes === null) return { ja: 'Excelのファイル(.xlsx)として読めません', en: 'The file is no workbook (.xlsx) that can be read' }
  if (sizes.length > MOST_FILES || sizes.reduce((sum, size) => sum + size, 0) > MOST_BYTES) return { ja: 'ファイルが大きすぎます', en: 'The workbook is too large' }
  return null
}

/** What the archive's directory says of each file; null where it has none that can be read. */
function unpackedSizes(file: Buffer): number[] | null {
  const end = endOf(file)
  if (end === null) return null
  const sizes: number[] = []
  let place = file.readUInt32LE(end + 16)
  for (let left = file.readUInt16LE(end + 10); left > 0; left--) {
    if (place + ENTRY_LENGTH > file.length || file.readUInt32LE(place) !== ENTRY) return null
    sizes.push(file.readUInt32LE(place + 24))
    place += ENTRY_LENGTH + file.readUInt16LE(place + 28) + file.readUInt16LE(place + 30) + file.readUInt16LE(place + 32)
  }
  return sizes
}

function endOf(file: Buffer): number | null {
  const first = Math.max(0, file.length - END_LENGTH - MOST_COMMENT)
  for (let place = file.length - END_LENGTH; place >= first; place--) if (file.readUInt32LE(place) === END) return place
  return null
}
