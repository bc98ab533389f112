/** The loopback API of Queues: a queue has at most one consumer, as on Cloudflare. */

import { addQueue, type Account, type Queue } from "./account.ts";
import { Refusal, type Asked, type Route } from "./answer.ts";

const DAY_S = 86_400;

export const queueRoutes: readonly Route[] = [
  {
    method: "GET",
    path: /^\/accounts\/\w+\/queues$/,
    needs: "Queues Edit",
    answer: ({ account, query }) => {
      const names = query.getAll("name");
      return account.queues
        .filter(({ name }) => names.length === 0 || names.includes(name))
        .map(shown);
    },
  },
  {
    method: "POST",
    path: /^\/accounts\/\w+\/queues$/,
    needs: "Queues Edit",
    answer: ({ account, body }) => {
      const name = String(body["queue_name"]);
      if (account.queues.some((queue) => queue.name === name)) {
        throw new Refusal(409, 11_009, `Queue name '${name}' is already taken.`);
      }
      const jurisdiction = typeof body["jurisdiction"] === "string" ? body["jurisdiction"] : null;
      refuseLongRetention(account, body["settings"]);
      const queue = addQueue(account, name, jurisdiction);
      Object.assign(queue.settings, body["settings"]);
      return shown(queue);
    },
  },
  {
    method: "PATCH",
    path: /^\/accounts\/\w+\/queues\/(\w+)$/,
    needs: "Queues Edit",
    answer: (asked) => {
      const queue = queueOf(asked);
      refuseLongRetention(asked.account, asked.body["settings"]);
      Object.assign(queue.settings, asked.body["settings"]);
      return shown(queue);
    },
  },
  {
    method: "POST",
    path: /^\/accounts\/\w+\/queues\/(\w+)\/consumers$/,
    needs: "Queues Edit",
    answer: (asked) => {
      const queue = queueOf(asked);
      if (queue.consumers.length > 0) {
        throw new Refusal(400, 11_004, `Queue '${queue.name}' already has a consumer.`);
      }
      queue.consumers = [consumerOf(crypto.randomUUID(), asked)];
      return queue.consumers[0];
    },
  },
  {
    method: "PUT",
    path: /^\/accounts\/\w+\/queues\/(\w+)\/consumers\/([\w-]+)$/,
    needs: "Queues Edit",
    answer: (asked) => {
      const queue = queueOf(asked);
      queue.consumers = [consumerOf(asked.params[1] ?? "", asked)];
      return queue.consumers[0];
    },
  },
];

function queueOf({ account, params: [id] }: Asked): Queue {
  const queue = account.queues.find((candidate) => candidate.id === id);
  if (queue === undefined) throw new Refusal(404, 11_000, "Queue does not exist.");
  return queue;
}

function consumerOf(consumerId: string, { body }: Asked): Queue["consumers"][number] {
  return { ...body, consumer_id: consumerId, type: "worker", script: String(body["script_name"]) };
}

/** The free plan keeps messages for a day. */
function refuseLongRetention(account: Account, settings: unknown): void {
  const { message_retention_period: seconds = 0 } = (settings ?? {}) as Partial<Queue["settings"]>;
  if (account.plan === "free" && seconds > DAY_S) {
    throw new Refusal(400, 10_026, "message_retention_period must be at most 86400 on this plan");
  }
}

function shown({ id, name, jurisdiction, settings, consumers }: Queue): object {
  return { queue_id: id, queue_name: name, jurisdiction, settings, producers: [], consumers };
}
