/** Run before each end-to-end test file. */
import { expect } from 'vitest'
import { noteFile } from './evidence.ts'

noteFile(expect.getState().testPath ?? '')
