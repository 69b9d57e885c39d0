interface Entry<T> {
  at: number
  order: number
  item: T
}

/** What is to come, earliest first; of one instant, what was noted first. A binary heap: both ways cost log n. */
export class Agenda<T> {
  private readonly heap: Entry<T>[] = []
  private noted = 0

  add(at: number, item: T): void {
    const entry = { at, order: this.noted++, item }
    let hole = this.heap.length
    this.heap.push(entry)
    while (hole > 0) {
      const above = (hole - 1) >> 1
      const parent = this.heap[above] as Entry<T>
      if (!precedes(entry, parent)) break
      this.heap[hole] = parent
      hole = above
    }
    this.heap[hole] = entry
  }

  next(): { at: number; item: T } | undefined {
    const first = this.heap[0]
    const last = this.heap.pop()
    if (first && last && this.heap.length > 0) this.sink(last)
    return first
  }

  private sink(entry: Entry<T>): void {
    const { heap } = this
    let hole = 0
    for (;;) {
      let below = 2 * hole + 1
      if (below >= heap.length) break
      const right = heap[below + 1]
      if (right && precedes(right, heap[below] as Entry<T>)) below++
      const child = heap[below] as Entry<T>
      if (!precedes(child, entry)) break
      heap[hole] = child
      hole = below
    }
    heap[hole] = entry
  }
}

function precedes<T>(a: Entry<T>, b: Entry<T>): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order)
}
