CREATE TABLE `pending_closures` (
	`workspace_id` integer PRIMARY KEY NOT NULL,
	`ledger` text NOT NULL,
	`created_at_ms` integer NOT NULL
);
--> statement-breakpoint
ALTER TABLE `route_tombstones` ADD `swept_at_ms` integer;--> statement-breakpoint
CREATE INDEX `route_tombstones_by_sweep` ON `route_tombstones` (`swept_at_ms`);--> statement-breakpoint
ALTER TABLE `domains` ADD `checked_at_ms` integer;--> statement-breakpoint
ALTER TABLE `domains` ADD `failed_checks` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `domains` ADD `failing_since_ms` integer;--> statement-breakpoint
CREATE INDEX `domains_to_check` ON `domains` (`checked_at_ms`) WHERE "domains"."verified_at_ms" IS NOT NULL;--> statement-breakpoint
ALTER TABLE `workspaces` ADD `click_retention_days` integer;