import { expect, it } from 'vitest'
import { level } from '../src/stock.js'

it('is never below zero', () => { expect(level('tea')).toBeGreaterThanOrEqual(0) })
