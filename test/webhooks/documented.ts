/** What PVTLNK's document says about webhooks. */

export const PAYLOAD_KEYS = ["id", "event", "timestamp", "version", "data"];
