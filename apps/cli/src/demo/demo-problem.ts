/** The demo's files are wrong, or the charts refuse what they say: a sentence for whoever wrote them. */
export class DemoProblem extends Error {
  override readonly name = 'DemoProblem'
}
