import { checkProgramme } from './index.js'
import { tidyProgramme } from '@saitaku/testkit'

describe('a tidy programme', () => {
  it('has no problem', () => {
    expect(checkProgramme(tidyProgramme).problems).toEqual([])
  })
})
