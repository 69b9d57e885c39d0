const NAMES = new Set(['ENOENT', 'NoSuchKey', 'NotFound', 'NoSuchUpload'])

/** Whether an error of the file system or of a store says that there is nothing of that name. */
export function isMissing(error: unknown): boolean {
  const { code, name, Code } = (error ?? {}) as { code?: unknown; name?: unknown; Code?: unknown }
  return [code, name, Code].some((word) => typeof word === 'string' && NAMES.has(word))
}
