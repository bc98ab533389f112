/**
 * Counts the wrong passwords of one address over all links, so that somebody who guesses gains
 * nothing by trying another link. It forgets everything within hours.
 */

import { DurableObject } from "cloudflare:workers";

import type { AttemptAnswer } from "./contract.ts";
import { forgivenAtMs, type Guesses, NO_GUESSES, nextGuess, takeBack } from "./guesses.ts";

const KEY = "guesses";

export class AddressGate extends DurableObject<Cloudflare.Env> {
  /** Counts one guess before it is compared, and returns whether it may be compared. */
  async guess(nowMs: number): Promise<AttemptAnswer> {
    const before = this.#guesses();
    const { answer, guesses } = nextGuess(before, nowMs);
    if (guesses === before) return answer;
    this.ctx.storage.kv.put(KEY, guesses);
    if ((await this.ctx.storage.getAlarm()) === null) {
      await this.ctx.storage.setAlarm(forgivenAtMs(guesses));
    }
    return answer;
  }

  /** Takes back a guess that was right, or that was not compared. */
  takeBack(): void {
    this.ctx.storage.kv.put(KEY, takeBack(this.#guesses()));
  }

  /** Deletes the object once all is forgiven. */
  override async alarm(): Promise<void> {
    const atMs = forgivenAtMs(this.#guesses());
    if (atMs > Date.now()) await this.ctx.storage.setAlarm(atMs);
    else await this.ctx.storage.deleteAll();
  }

  #guesses(): Guesses {
    return this.ctx.storage.kv.get<Guesses>(KEY) ?? NO_GUESSES;
  }
}
