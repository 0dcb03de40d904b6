import { beforeAll, describe, expect, it } from 'vitest'

let attempts = 0

describe('login', () => {
  it('create', () => {})
  it('second attempt succeeds', () => {
    attempts += 1
    expect(attempts).toBe(2)
  })

  describe('with two factors', () => {
    beforeAll(() => { throw new Error('no clock') })
    it('accepts the code', () => {})
    it('refuses an old code', () => {})
  })
})
