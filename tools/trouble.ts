/** The way in which scripts fail. */

/** A failure that the user can fix: its message is a sentence for them, printed without a stack. */
export class Trouble extends Error {}

/** Runs a script's main function. A Trouble is printed as its message and sets exit code 1. */
export async function main(run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
