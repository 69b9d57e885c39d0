/** What a file field may ask for, in words that an office uses; each stands for types of content with the endings their names have. */
export const FILE_KINDS = ['pdf', 'image', 'document', 'spreadsheet', 'presentation', 'text', 'archive'] as const
export type FileKind = (typeof FILE_KINDS)[number]

export interface FileType {
  kind: FileKind
  mediaType: string
  /** In lower case, without the dot; the first is the usual one. */
  endings: readonly string[]
  label: { ja: string; en: string }
}

const type = (kind: FileKind, mediaType: string, endings: readonly string[], ja: string, en = ja): FileType => ({ kind, mediaType, endings, label: { ja, en } })
const OFFICE = 'application/vnd.openxmlformats-officedocument'
const OPEN = 'application/vnd.oasis.opendocument'

/** Every type that is accepted anywhere. Nothing that a browser would run as a page (HTML, SVG), and no macros. */
export const FILE_TYPES: readonly FileType[] = [
  type('pdf', 'application/pdf', ['pdf'], 'PDF'),
  type('image', 'image/png', ['png'], 'PNG画像', 'PNG image'),
  type('image', 'image/jpeg', ['jpg', 'jpeg'], 'JPEG画像', 'JPEG image'),
  type('image', 'image/webp', ['webp'], 'WebP画像', 'WebP image'),
  type('image', 'image/gif', ['gif'], 'GIF画像', 'GIF image'),
  type('image', 'image/heic', ['heic', 'heif'], 'HEIC画像', 'HEIC image'),
  type('image', 'image/tiff', ['tif', 'tiff'], 'TIFF画像', 'TIFF image'),
  type('document', `${OFFICE}.wordprocessingml.document`, ['docx'], 'Word文書', 'Word document'),
  type('document', 'application/msword', ['doc'], 'Word文書(旧形式)', 'Word document (old format)'),
  type('document', `${OPEN}.text`, ['odt'], 'OpenDocument文書', 'OpenDocument text'),
  type('document', 'application/x-js-taro', ['jtd'], '一太郎文書', 'Ichitaro document'),
  type('spreadsheet', `${OFFICE}.spreadsheetml.sheet`, ['xlsx'], 'Excelブック', 'Excel workbook'),
  type('spreadsheet', 'application/vnd.ms-excel', ['xls'], 'Excelブック(旧形式)', 'Excel workbook (old format)'),
  type('spreadsheet', `${OPEN}.spreadsheet`, ['ods'], 'OpenDocument表計算', 'OpenDocument spreadsheet'),
  type('presentation', `${OFFICE}.presentationml.presentation`, ['pptx'], 'PowerPoint資料', 'PowerPoint presentation'),
  type('presentation', 'application/vnd.ms-powerpoint', ['ppt'], 'PowerPoint資料(旧形式)', 'PowerPoint presentation (old format)'),
  type('presentation', `${OPEN}.presentation`, ['odp'], 'OpenDocumentプレゼンテーション', 'OpenDocument presentation'),
  type('text', 'text/csv', ['csv'], 'CSV'),
  type('text', 'text/plain', ['txt'], 'テキスト', 'Plain text'),
  type('archive', 'application/zip', ['zip'], 'ZIP'),
]

/** What a field accepts that does not say: everything but archives, whose content nobody can read at a glance. */
export const DEFAULT_FILE_KINDS: readonly FileKind[] = FILE_KINDS.filter((kind) => kind !== 'archive')
/** The most bytes of a file whose field does not say: 50 MB. */
export const DEFAULT_MAX_BYTES = 50_000_000
/** The most that a field may allow: 2 GB. */
export const MAX_FILE_BYTES = 2_000_000_000

/** The types of these kinds, in the order of `FILE_TYPES`. */
export function typesOfKinds(kinds: readonly FileKind[] = DEFAULT_FILE_KINDS): FileType[] {
  return FILE_TYPES.filter((one) => kinds.includes(one.kind))
}
