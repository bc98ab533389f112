/** Something a person can mend: its message is a sentence for them, and no stack is printed. */
export class Trouble extends Error {}

/** Runs a script's main function; a Trouble is told in its own words and ends the script with 1. */
export async function main(run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
