/** What the queue asks of the engine. The engine's own class has this shape. */
export interface CaseEngine {
  /** Judges by the database's clock: 'early' is not due yet, 'gone' was cancelled, set anew or has fired. */
  fireTimers(timers: { id: string; generation: number }[]): Promise<('fired' | 'early' | 'gone')[]>
  performEffect(outboxId: string): Promise<'done' | 'already'>
  buryEffect(outboxId: string, error: string): Promise<void>
  /** Its handlers by topic. Those of kind `transaction` happen once even where two jobs perform them at the same moment. */
  readonly registry: { handler(topic: string): { kind: string } | undefined }
}
