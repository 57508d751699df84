import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * Whoever travels through days, or lists whoever waits, takes every open complaint along, and so comes before those that
 * leave some open; and so does who wants to be alone with the queue of what could not be delivered. In this order.
 */
const FIRST = ['ladder', 'story', 'ignored', 'events'].map(pathOf)
/** Whoever judges what all the others did has to come after them. */
const LAST = pathOf('permissions')

function pathOf(name: string): string {
  return `/test/e2e/${name}.test.ts`
}

class FirstThingsFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const first = FIRST.findIndex((file) => moduleId.endsWith(file))
      if (first >= 0) return first
      return FIRST.length + (moduleId.endsWith(LAST) ? 1 : 0)
    }
    return (await super.sort(files)).sort((a, b) => place(a) - place(b))
  }
}

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**'],
          // Synthesising a stack and thousands of generated histories take seconds on a busy machine.
          testTimeout: 120_000,
          hookTimeout: 120_000,
          env: { POWERTOOLS_LOG_LEVEL: 'SILENT' },
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: 'test/e2e/support/stack.ts',
          setupFiles: 'test/e2e/support/file.ts',
          // One stack on one machine: files that share it run one after the other.
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
    sequence: { sequencer: FirstThingsFirst },
    reporters: ['default', 'json'],
    outputFile: { json: '.redress/test-results.json' },
  },
})
