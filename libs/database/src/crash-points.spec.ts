import { jest } from '@jest/globals'
import { crashAt } from './index.js'

describe('a crash point', () => {
  const kill = jest.spyOn(process, 'kill').mockReturnValue(true)
  afterEach(() => { kill.mockClear() })
  afterAll(() => { kill.mockRestore() })

  it.each([
    ['is passed where none is named', undefined, ['A', 'B'], 0],
    ['is passed where another is named', 'C', ['A', 'B', 'A'], 0],
    ['kills the process where it is named', 'B', ['A', 'B'], 1],
    ['kills it only the time that is named', 'B:3', ['B', 'A', 'B'], 0],
    ['kills it at the time that is named', 'B:3', ['B', 'B', 'A', 'B'], 1],
  ])('%s', (_, wanted, points, kills) => {
    const crashHere = crashAt(wanted)
    for (const point of points) crashHere(point)
    expect(kill.mock.calls).toEqual(Array.from({ length: kills }, () => [process.pid, 'SIGKILL']))
  })
})
