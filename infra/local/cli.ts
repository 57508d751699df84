/** Runs a command of this folder: an error is a sentence for the person who typed it, not a stack trace. */
export async function main(command: (args: string[]) => Promise<void>): Promise<void> {
  try {
    const [major] = process.versions.node.split('.')
    if (Number(major) < 24) {
      throw new Error(
        `This needs the project's own Node, which npm's scripts bring along (here: ${process.version}): use npm start, npm run travel, …`,
      )
    }
    await command(process.argv.slice(2))
  } catch (error) {
    console.error(`\n✗ ${error instanceof Error ? error.message : String(error)}`)
    if (process.env.DEBUG) console.error(error)
    process.exitCode = 1
  }
}
