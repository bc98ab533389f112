import { personOf } from "../../../accounts/people.ts";
import { databaseOf } from "../../../db/database.ts";
import { operation } from "../operation.ts";
import { wireWorkspaceFor } from "../workspaces/translate.ts";

export const meOperations = {
  getMe: operation({
    method: "GET",
    path: "/me",
    requires: {},
    async answer(c) {
      const { userId, workspace, role, scopes, via } = c.get("access");
      // A token is often given to others: it names its person, but does not tell who that is.
      const person =
        via === "session" ? await personOf(databaseOf(c.env.DB), userId) : { id: userId };
      return c.json({
        ...person,
        workspace: wireWorkspaceFor(via, workspace, role),
        scopes: [...scopes],
      });
    },
  }),
};
