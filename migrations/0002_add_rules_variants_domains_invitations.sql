CREATE TABLE `variants` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`link_id` integer NOT NULL,
	`public_id` text NOT NULL,
	`name` text NOT NULL,
	`url` text NOT NULL,
	`weight` real NOT NULL,
	`is_active` integer DEFAULT true NOT NULL,
	`created_at_ms` integer NOT NULL,
	`updated_at_ms` integer NOT NULL,
	FOREIGN KEY (`link_id`) REFERENCES `links`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `variants_by_link` ON `variants` (`link_id`,`public_id`);--> statement-breakpoint
CREATE TABLE `domains` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`uuid` text NOT NULL,
	`workspace_id` integer NOT NULL,
	`hostname` text NOT NULL,
	`challenge` text NOT NULL,
	`verified_at_ms` integer,
	`created_at_ms` integer NOT NULL,
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `domains_uuid_unique` ON `domains` (`uuid`);--> statement-breakpoint
CREATE UNIQUE INDEX `domains_by_workspace` ON `domains` (`workspace_id`,`hostname`);--> statement-breakpoint
CREATE UNIQUE INDEX `domains_verified` ON `domains` (`hostname`) WHERE "domains"."verified_at_ms" IS NOT NULL;--> statement-breakpoint
CREATE TABLE `invitations` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`uuid` text NOT NULL,
	`workspace_id` integer NOT NULL,
	`email` text NOT NULL,
	`role` text NOT NULL,
	`hash` text NOT NULL,
	`expires_at_ms` integer NOT NULL,
	`created_at_ms` integer NOT NULL,
	FOREIGN KEY (`workspace_id`) REFERENCES `workspaces`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `invitations_uuid_unique` ON `invitations` (`uuid`);--> statement-breakpoint
CREATE UNIQUE INDEX `invitations_by_hash` ON `invitations` (`hash`);--> statement-breakpoint
CREATE UNIQUE INDEX `invitations_by_email` ON `invitations` (`workspace_id`,`email`);--> statement-breakpoint
ALTER TABLE `links` ADD `rules` text;--> statement-breakpoint
ALTER TABLE `links` ADD `ab_enabled` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `links` ADD `ab_sticky` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `links` ADD `clicks_limit` integer;--> statement-breakpoint
ALTER TABLE `links` ADD `qr_settings` text;