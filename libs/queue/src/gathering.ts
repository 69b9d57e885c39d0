/** Brings together what is asked while an earlier group is being handled, so that a burst costs a few trips. */
export class Gathering<Item, Answer> {
  private waiting: { item: Item; resolve: (answer: Answer) => void; reject: (error: unknown) => void }[] = []
  private handling = false

  constructor(private readonly handle: (items: Item[]) => Promise<Answer[]>) {}

  add(item: Item): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject })
      if (!this.handling) {
        this.handling = true
        setImmediate(() => void this.run())
      }
    })
  }

  private async run(): Promise<void> {
    while (this.waiting.length > 0) {
      const group = this.waiting
      this.waiting = []
      try {
        const answers = await this.handle(group.map(({ item }) => item))
        group.forEach(({ resolve }, i) => { resolve(answers[i] as Answer) })
      } catch (error) {
        group.forEach(({ reject }) => { reject(error) })
      }
    }
    this.handling = false
  }
}
