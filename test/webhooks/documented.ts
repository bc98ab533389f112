/** What PVTLNK's document says of webhooks. */

export const PAYLOAD_KEYS = ["id", "event", "timestamp", "version", "data"];
