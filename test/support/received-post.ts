/** What the receiver of webhooks remembers of a request. */
export interface ReceivedPost {
  readonly atMs: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
