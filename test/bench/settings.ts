export interface Settings {
  rounds: number
  /** Of one round of one side. */
  seconds: number
}
