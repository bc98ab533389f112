CREATE TABLE `conversion_goals` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`uuid` text NOT NULL,
	`workspace_id` integer NOT NULL,
	`name` text NOT NULL,
	`token` text NOT NULL,
	`token_hash` text NOT NULL,
	`value` integer NOT NULL,
	`currency` text NOT NULL,
	`click_id_param` text,
	`is_active` integer DEFAULT true NOT NULL,
	`created_at_ms` integer NOT NULL,
	`updated_at_ms` integer NOT NULL,
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `conversion_goals_uuid_unique` ON `conversion_goals` (`uuid`);--> statement-breakpoint
CREATE UNIQUE INDEX `conversion_goals_token_hash_unique` ON `conversion_goals` (`token_hash`);--> statement-breakpoint
CREATE INDEX `conversion_goals_by_workspace` ON `conversion_goals` (`workspace_id`);--> statement-breakpoint
ALTER TABLE `workspaces` ADD `attribution_days` integer;