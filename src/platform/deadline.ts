/** Waits at most `ms` for work, then rejects. The work itself is not cancelled. */
export function within<T>(ms: number, work: Promise<T>): Promise<T> {
  // Promise.race would make three promises more, and each lookup in KV comes through here.
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`No answer within ${ms} ms`)), ms);
    work.then(
      (value) => {
        clearTimeout(timer);
        resolve(value);
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}
