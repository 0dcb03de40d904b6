import { describe, expect, it, test } from 'vitest'
import { format, gross } from '../src/price.js'

describe('gross price', () => {
  it.each([
    [100, 19, 119],
    [100, 7, 107],
    [0, 19, 0],
    [9.99, 19, 11.88],
  ])('of %d with %d %% is %d', (net, rate, expected) => {
    expect(gross(net, rate)).toBe(expected)
  })

  it('is never negative', () => {
    console.log('[[DEFECT|SHOP-9]] net -1 ]]> & <b>')
    console.error('no check of the sign')
    expect(gross(-1, 19)).toBeGreaterThanOrEqual(0)
  })

  describe('with a discount', () => {
    it('create', () => {})
    it.skip('of more than half', () => {})
    it.todo('for regular customers')
    it.fails('is rounded down', () => { expect(gross(0.1, 19)).toBe(0.11) })
  })
})

describe('format', () => {
  it('create', () => {})
  test.for(['de-DE', 'zh-CN', 'en-IE'])('in %s', (locale) => {
    expect(format(1234.5, locale)).toContain('€')
  })
  it('<b> & "q" — Größe, 价格, 💶, e\u0301', () => {
    expect(format(1, 'de-DE')).toBe('1,00\u00a0€')
  })
  it('shows two digits', () => {
    expect({ text: format(2, 'en-IE'), digits: 2 }).toEqual({ text: '€2', digits: 0 })
  })
})
