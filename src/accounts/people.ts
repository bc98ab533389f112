/** Reads the people who have accounts. */

import { eq } from "drizzle-orm";

import type { Database } from "../db/database.ts";
import { users } from "../db/schema/index.ts";

export interface Person {
  readonly id: string;
  readonly email: string;
  readonly name: string;
}

/** Returns a person whose credential was just accepted. Throws if there is none, which is a bug. */
export async function personOf(db: Database, userId: string): Promise<Person> {
  const [person] = await db
    .select({ id: users.id, email: users.email, name: users.name })
    .from(users)
    .where(eq(users.id, userId));
  if (person === undefined) throw new Error("A credential outlived its person.");
  return person;
}
