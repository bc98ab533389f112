/** Streams a text that is made piece by piece. */

import { utf8 } from "./bytes.ts";

/**
 * Returns a stream of pieces, each of which is made only after the previous one was consumed.
 *
 * Throws if the first piece cannot be made, so that a plain failure can be answered. A later failure
 * is told to `failed` and aborts the stream, so that no part of a text looks like all of it.
 */
export async function textStream(
  pieces: AsyncGenerator<string, undefined>,
  failed: (error: unknown) => void,
): Promise<ReadableStream<Uint8Array>> {
  const first = await pieces.next();
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        if (first.done !== true) controller.enqueue(utf8(first.value));
        else controller.close();
      },
      async pull(controller) {
        try {
          const piece = await pieces.next();
          if (piece.done === true) controller.close();
          else controller.enqueue(utf8(piece.value));
        } catch (error) {
          failed(error);
          throw error;
        }
      },
      cancel: async () => void (await pieces.return(undefined)),
    },
    { highWaterMark: 0 },
  );
}
